import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { elementCount, type Graph, valueOf } from '@q/ir'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { exportOnnx, importOnnx } from '../src/index.ts'
import { references, shared } from './shared-files.ts'

/** Numbers between -1 and 1 (token ids below 400 for integer inputs), the same at every run. */
function feeds(graph: Graph, original: boolean): Record<string, ort.Tensor> {
  let state = 1
  const next = (): number => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31
  return Object.fromEntries(
    graph.inputs.map(({ name, sourceDtype }) => {
      const { shape } = valueOf(graph, name).type
      const data = Float32Array.from({ length: elementCount(shape) }, () =>
        sourceDtype === undefined ? (name.includes('mask') ? 0 : next() * 2 - 1) : Math.floor(next() * 400),
      )
      return [
        name,
        original && sourceDtype !== undefined
          ? new ort.Tensor('int64', BigInt64Array.from(data, BigInt), [...shape])
          : new ort.Tensor('float32', data, [...shape]),
      ]
    }),
  )
}

const options = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const

describe.skipIf(shared === undefined)('onnxruntime computes the same before and after canonicalization (skipped: no ../shared)', () => {
  it.each(references.filter(({ model }) => !model.includes('graph_only')))('$name', async ({ model, inputShapes }) => {
    const bytes = readFileSync(join(shared!, model))
    const graph = await importOnnx(bytes, inputShapes === undefined ? {} : { inputShapes })
    const original = await ort.InferenceSession.create(bytes, options)
    const written = await ort.InferenceSession.create(exportOnnx(graph), options)
    const wanted = await original.run(feeds(graph, true))
    const found = await written.run(feeds(graph, false))
    original.outputNames.forEach((name, i) => {
      const x = wanted[name]!.data as Float32Array
      const y = found[graph.outputs[i]!]!.data as Float32Array
      expect(y.length).toBe(x.length)
      let worst = 0
      let largest = 0
      for (let k = 0; k < x.length; k++) {
        worst = Math.max(worst, Math.abs(x[k]! - y[k]!))
        largest = Math.max(largest, Math.abs(x[k]!))
      }
      expect(worst, name).toBeLessThanOrEqual(1e-4 * largest + 1e-6)
    })
  })

  it.each(references.filter(({ name }) => ['resnet8_cifar10', 'mobilenet_v1_0.25_128', 'zoo_nn', 'zoo_shape', 'zoo_act'].includes(name)))(
    '$name: what was written reads back with the same layers',
    async ({ model, inputShapes }) => {
      const graph = await importOnnx(readFileSync(join(shared!, model)), inputShapes === undefined ? {} : { inputShapes })
      const again = await importOnnx(exportOnnx(graph))
      const lines = (each: Graph): readonly string[] =>
        each.nodes.map(({ op, outputs, attrs }) => `${op} [${valueOf(each, outputs[0]!).type.shape.join()}] ${attrs['relu'] ?? false}`)
      expect(lines(again)).toEqual(lines(graph))
    },
  )
})
