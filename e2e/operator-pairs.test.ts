import { createReferenceExecutor } from '@q/exec-ref'
import { type Graph, isQError, parseGraph, type Tensor } from '@q/ir'
import { exportOnnx } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { writers } from './operator-pair-writers.ts'
import { dice } from './random-source.ts'

const shape = [1, 4, 4, 4]
const size = 64
const roll = dice(20)
const numbers = (count: number) => Array.from({ length: count }, () => Math.fround((roll() + roll() + roll() - 1.6) * 1.4))
const list = (count: number) => `[${numbers(count).join(', ')}]`
const constants = `w: f32[4,4,2,2] = ${list(64)}; b: f32[4] = ${list(4)}; k: f32[4,1,2,2] = ${list(16)}; m: f32[4,4] = ${list(16)}; h: f32[1] = [0.5]`

const parsed = (text: string): Graph | undefined => {
  try {
    return parseGraph(text)
  } catch (error) {
    if (isQError(error)) return undefined
    throw error
  }
}

/** Every second operator behind one, each with an input of its own: nothing is shared, so that the runtime may make one operator of two. */
function pairsWith(first: string): { readonly graph: Graph; readonly seconds: readonly string[] } {
  const seconds: string[] = []
  const lines = Object.keys(writers).flatMap((second) => {
    const i = seconds.length
    const pair = `x${i}: f32[${shape}]; a${i} = ${writers[first]!(`x${i}`, roll)}; y${i} = ${writers[second]!(`a${i}`, roll)}`
    if (parsed(`${constants}; ${pair}`) === undefined) return []
    seconds.push(second)
    return [pair]
  })
  return { graph: parseGraph(`${constants}; ${lines.join('; ')}; return ${seconds.map((_, i) => `y${i}`).join(', ')}`), seconds }
}

/** What ONNX Runtime makes of a file with its default settings. */
async function runFile(file: Uint8Array, feeds: ReadonlyMap<string, Tensor>): Promise<Readonly<Record<string, ort.Tensor>>> {
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3 })
  const given = [...feeds].map(([name, { data }]) => [name, new ort.Tensor('float32', data as Float32Array, shape)] as const)
  const results = await session.run(Object.fromEntries(given))
  await session.release()
  return results
}

describe('two operators behind each other, from a file with the default settings of ONNX Runtime', () => {
  it.each(Object.keys(writers))('%s, and each of them', async (first) => {
    const { graph, seconds } = pairsWith(first)
    expect(seconds.length).toBeGreaterThan(10)
    const feeds = new Map(
      graph.inputs.map(({ name }): [string, Tensor] => [name, { dtype: 'f32', shape, data: Float32Array.from(numbers(size)) }]),
    )
    const session = await createReferenceExecutor().load(graph)
    const wanted = await session.run(feeds)
    const found = await runFile(exportOnnx(graph), feeds)
    const apart = seconds.filter((_, i) => {
      const [ours, theirs] = [found[`y${i}`]!.data as Float32Array, wanted.get(`y${i}`)!.data as Float32Array]
      return ours.length !== theirs.length || theirs.some((each, k) => Math.abs(ours[k]! - each) > 1e-3 * Math.max(1, Math.abs(each)))
    })
    expect(apart).toEqual([])
  })
})
