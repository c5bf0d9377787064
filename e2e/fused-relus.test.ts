import { createReferenceExecutor } from '@q/exec-ref'
import { allOps, type Executor, floatOps, type Graph, parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { ortExecutor } from './reference-network.ts'

/** Operators with operands that give numbers on both sides of zero and beyond 1. */
const uses: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow', 'Mod'].map((op) => [op, `${op}(x, p) {`])),
  Affine: 'Affine(x, c, c) {',
  AveragePool: 'AveragePool(x) {kernel_shape = [1, 2], strides = [1, 1], pads = [0, 0, 0, 0], ',
  Concat: 'Concat(x, p) {axis = 1, ',
  Conv: 'Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], ',
  ConvTranspose: 'ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], ',
  MatMul: 'MatMul(x, m) {',
  MaxPool: 'MaxPool(x) {kernel_shape = [1, 2], strides = [1, 1], pads = [0, 0, 0, 0], ',
  Upsample: 'Upsample(x) {scale_h = 2, scale_w = 1, ',
}
const operators = [...floatOps.values()].filter(({ attrs }) => 'relu' in attrs).map(({ name }) => name)

it('every operator with a ReLU is tried', () => expect(operators.filter((op) => uses[op] === undefined)).toEqual([]))

it.each(operators)('the ReLU of %s and its limit are computed by both executors', async (op) => {
  const of = (attrs: string): Graph =>
    parseGraph(
      `x: f32[1,2,2,3]; p: f32[1,2,2,3]; c: f32[1,2,1,1] = [1, -2]; w: f32[2,2,1,1] = [2, -1, 1, 3]; m: f32[3,3] = [1, -1, 2, 0, 3, 1, -2, 1, 1]
      y = ${uses[op]}${attrs}}`,
      allOps,
    )
  const plain = await resultOf(createReferenceExecutor(), of('relu = false'))
  const cut = plain.map((number) => Math.max(0, number))
  for (const executor of [createReferenceExecutor(), ortExecutor('exact')]) {
    close(await resultOf(executor, of('relu = true')), cut)
    close(
      await resultOf(executor, of('relu = true, reluLimit = 1')),
      cut.map((number) => Math.min(1, number)),
    )
  }
  expect(cut.some((number) => number > 1)).toBe(true)
})

async function resultOf(executor: Executor, graph: Graph): Promise<readonly number[]> {
  const x = { dtype: 'f32', shape: [1, 2, 2, 3], data: Float32Array.of(-3, 2, 4, 0.5, 1.5, -2, 3, -1, 0.25, 5, -4, 1) } as const
  const p = { ...x, data: Float32Array.of(1, 2, 3, 2, 1, 3, 2, 2, 1, 2, 3, 2) }
  const session = await executor.load(graph)
  const found = await session.run(new Map(graph.inputs.map(({ name }) => [name, name === 'x' ? x : p])))
  await session.close()
  return Array.from(found.get('y')!.data as Float32Array)
}

function close(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length)
  found.forEach((number, i) => expect(number).toBeCloseTo(wanted[i]!, 4))
}
