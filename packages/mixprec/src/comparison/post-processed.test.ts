import type { Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { createEvaluator } from '../evaluator/create-evaluator.ts'
import { toyChip } from '../fixtures/toy-chip.ts'
import { createToyExecutor } from '../fixtures/toy-executor.ts'
import { onlyInCodes, toyLayers, toyNetwork, toySamples, toyTable } from '../fixtures/toy-network.ts'
import type { PostProcess } from './comparison.ts'

const trials = toyLayers.map((layer) => onlyInCodes(layer))

function lossesBy(postProcess: PostProcess) {
  const source = { graph: toyNetwork, table: toyTable, backend: toyChip, settings: { mode: 'INT8' } }
  const compare = { postProcess, postProcessDigest: 'one' }
  return createEvaluator({ ...source, samples: toySamples, executors: { exact: createToyExecutor() }, compare }).ask({
    trials,
    metrics: ['cosine', 'noise'],
  })
}

const map = (results: ReadonlyMap<string, Tensor>, change: (tensor: Tensor) => Tensor) =>
  new Map([...results].map(([name, tensor]) => [name, change(tensor)]))
const curved = (x: number) => x * x + 3 * x + 1
const numbers = ({ data }: Tensor) => data as Float32Array

describe('a post-processing', () => {
  const copying = lossesBy((results) => map(results, (tensor) => ({ ...tensor, data: numbers(tensor).map(curved) })))

  it('may change in place what it is given', async () => {
    const changing: PostProcess = (results) => {
      for (const tensor of results.values()) {
        numbers(tensor).forEach((x, i) => {
          numbers(tensor)[i] = curved(x)
        })
        ;(tensor.shape as number[]).reverse()
      }
      return results
    }
    expect(await lossesBy(changing)).toEqual(await copying)
  })

  it('may return the same memory at every call', async () => {
    const memory = new Map<string, Float32Array>()
    const filling: PostProcess = (results) =>
      new Map(
        [...results].map(([name, tensor]) => {
          const data = memory.get(name) ?? new Float32Array(tensor.data.length)
          memory.set(name, data)
          data.set(numbers(tensor).map(curved))
          return [name, { ...tensor, data }]
        }),
      )
    expect(await lossesBy(filling)).toEqual(await copying)
  })
})
