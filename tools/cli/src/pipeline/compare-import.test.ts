import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Graph, graph as parsedGraph, type Tensor, valueOf } from '@q/ir'
import { exportOnnx, importOnnx } from '@q/onnx'
import { expect, it } from 'vitest'
import { startRun } from '../context.ts'
import { floatExecutor } from '../wiring/executors.ts'
import { checkedOriginal } from './checked-original.ts'
import { compareImport } from './compare-import.ts'
import { activationNames, runGraph } from './run-graph.ts'

const model = join(import.meta.dirname, '../../../../examples/quickstart/digits.onnx')
const bytes = new Uint8Array(readFileSync(model))
const graph = await importOnnx(bytes)
const input = graph.inputs[0]!.name
const { shape } = valueOf(graph, input).type
const inputs: ReadonlyMap<string, Tensor> = new Map([
  [input, { dtype: 'f32', shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)) }],
])
const samples = { count: 1, load: async () => inputs }

/** The graph with one convolution that has other weights. */
function wrongly(): { readonly wrong: Graph; readonly layer: string } {
  const node = graph.nodes.filter(({ op }) => op === 'Conv')[1]!
  const weight = valueOf(graph, node.inputs[1]!)
  const data = (weight.constant!.data.slice() as Float32Array).reverse()
  const values = new Map(graph.values).set(weight.name, { ...weight, constant: { ...weight.constant!, data } })
  return { wrong: { ...graph, values }, layer: node.outputs[0]! }
}

const compared = async (from: Graph, outputNames?: readonly string[]) => {
  const tensors = await runGraph(from, floatExecutor(), inputs, activationNames(from))
  const cut = outputNames === undefined ? {} : { outputNames }
  return compareImport({ model, bytes, ...cut, graph: from, inputs, tensors, tolerance: [0.99, 0.99] })
}

it('every layer that has a tensor in the file is compared', async () => {
  const { comparison, culprit } = await compared(graph)
  expect(comparison.passed).toBe(true)
  expect(comparison.verdicts.length).toBeGreaterThan(graph.nodes.length / 2)
  expect(culprit).toBeUndefined()
})

it('the first layer that differs is named', async () => {
  const { wrong, layer } = wrongly()
  const { comparison, culprit } = await compared(wrong)
  expect([comparison.passed, culprit]).toEqual([false, { layer, op: 'Conv' }])
})

it('an import that computes something else stops the work with the exit code of a comparison, unless it is forced', async () => {
  const notes: string[] = []
  const reporter = { print: () => {}, note: (line: string) => void notes.push(line), diagnostic: () => {}, progress: () => {} }
  const context = startRun({
    reporter: { ...reporter, event: () => {}, error: () => {}, close: () => {} },
    signal: new AbortController().signal,
    env: {},
  })
  const { wrong, layer } = wrongly()
  const options = { model, samples, compareNum: 1 }
  const refused = { code: 'IMPORT_DIFFERS', kind: 'tolerance', at: [model, `layer ${layer} (Conv)`] }
  await expect(checkedOriginal({ ...options, graph: wrong }, context)).rejects.toMatchObject(refused)
  const forced = await checkedOriginal({ ...options, graph: wrong, force: true }, context)
  expect(notes.join()).toContain(layer)
  await forced!.close()
  expect(await checkedOriginal({ ...options, graph, compareNum: 0 }, context)).toBeUndefined()
})

it('numbers that overflow in both are the same, and those that a mask is bounded to are', async () => {
  const net = parsedGraph`
    x: f32[4]
    e = Exp(x)
    y = Sigmoid(e)
    return y
  `
  const file = exportOnnx(net)
  const made = await importOnnx(file)
  const fed = new Map([['x', { dtype: 'f32' as const, shape: [4], data: Float32Array.of(1, 2, 100, -3.4e38) }]])
  const tensors = await runGraph(made, floatExecutor(), fed, activationNames(made))
  const { comparison } = await compareImport({ model: 'net.onnx', bytes: file, graph: made, inputs: fed, tensors, tolerance: [0.99, 0.99] })
  expect(comparison.passed).toBe(true)
})

it('two masks that are infinite together in the file alone are the same', async () => {
  const net = parsedGraph`
    x: f32[4]
    mask: f32[4] = [0, 0, -3.4e38, -3.4e38]
    sum = Add(x, mask)
    y = Sigmoid(sum)
    return y
  `
  const file = exportOnnx(net)
  const made = await importOnnx(file)
  const fed = (last: number) => new Map([['x', { dtype: 'f32' as const, shape: [4], data: Float32Array.of(1, 2, 3, last) }]])
  const tensors = await runGraph(made, floatExecutor(), fed(-1e4), activationNames(made))
  const compared = (inputs: ReadonlyMap<string, Tensor>) =>
    compareImport({ model: 'net.onnx', bytes: file, graph: made, inputs, tensors, tolerance: [0.99, 0.99] })
  expect((await compared(fed(-3.4e38))).comparison.passed).toBe(true)
  expect((await compared(fed(3.4e38))).comparison.passed).toBe(false)
})

it.each(['f16', 'f64', 'u32'] as const)(
  'an input of %s is fed to the file in its type; floats of any width are float32 in the import',
  async (dtype) => {
    const net = parsedGraph`
    x: f32[4]
    e = Abs(x)
    y = Sigmoid(e)
    return y
  `
    const file = exportOnnx(net, { inputTypes: [dtype] })
    const made = await importOnnx(file)
    expect(made.inputs).toEqual([{ name: 'x', ...(dtype === 'u32' ? { sourceDtype: dtype } : {}) }])
    const fed = new Map([['x', { dtype: 'f32' as const, shape: [4], data: Float32Array.of(1, 2, 3, 0) }]])
    const tensors = await runGraph(made, floatExecutor(), fed, activationNames(made))
    const { comparison } = await compareImport({
      model: 'net.onnx',
      bytes: file,
      graph: made,
      inputs: fed,
      tensors,
      tolerance: [0.99, 0.99],
    })
    expect(comparison.passed).toBe(true)
  },
)
