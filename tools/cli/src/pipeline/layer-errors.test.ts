import { bm1684x } from '@q/backend-bm1684x'
import { createReferenceExecutor } from '@q/exec-ref'
import type { SampleSource } from '@q/ir'
import { parseGraph, resolve } from '@q/ir'
import { expect, it } from 'vitest'
import { layerErrors } from './layer-errors.ts'

const executor = createReferenceExecutor()
const inputs = [Float32Array.of(1, -0.5, 2, 0.25), Float32Array.of(-2, 1, 0.75, 1.5)]
const samples: SampleSource = {
  count: 2,
  load: async (i) => new Map([['x', { dtype: 'f32', shape: [1, 4], data: inputs[i]! }]]),
}

const errorsOf = async (text: string, mode: string, thresholds: Readonly<Record<string, number>> = {}, isOver = () => false) => {
  const graph = parseGraph(text)
  const rows = new Map(Object.entries(thresholds).map(([name, threshold]) => [name, { threshold, min: -threshold, max: threshold }]))
  const resolved = resolve(graph, rows, new Map(), bm1684x(), { mode })
  const signal = new AbortController().signal
  const common = { samples, count: 2, signal, onProgress: () => {}, isOver }
  return (await layerErrors({ graph, float: executor, resolved, mode, exact: executor, ...common })) ?? []
}

/** Says that time is over from one question on. */
const overFrom = (question: number) => {
  let asked = 0
  return () => ++asked >= question
}

const square = '[1, 0.5, -0.25, 0.75, 0.5, 1, 0.25, -1, 0.125, -0.5, 1, 0.5, -1, 0.25, 0.5, 1]'

it('a layer whose range is too small loses by itself; those behind it lose what it lost', async () => {
  const text = `x: f32[1,4]; w: f32[4,4] = ${square}; a = MatMul(x, w); b = MatMul(a, w); c = MatMul(b, w); d = MatMul(c, w)`
  const errors = await errorsOf(text, 'INT8', { x: 2, a: 4, b: 0.125, c: 8, d: 16 })
  const [a, b, , d] = errors
  expect(errors.map(({ layer, op, mode }) => [layer, op, mode])).toEqual([
    ['a', 'MatMul', 'INT8'],
    ['b', 'MatMul', 'INT8'],
    ['c', 'MatMul', 'INT8'],
    ['d', 'MatMul', 'INT8'],
  ])
  expect(a!.own).toBeGreaterThan(25)
  expect(b!.own).toBeLessThan(5)
  expect(d!.own).toBeGreaterThan(25)
  expect(d!.accumulated).toBeLessThan(10)
})

it('an overflow is found where it begins, with the numbers of the float model', async () => {
  const text = `x: f32[1,4]; w: f32[4,4] = ${square.replaceAll(/[\d.]+/g, (each) => String(Number(each) * 100000))}; a = MatMul(x, w); b = MatMul(a, w)`
  const [a] = await errorsOf(text, 'F16')
  expect(a!.notFinite).toBeGreaterThan(0)
  expect(a!.ownNotFinite).toBe(a!.notFinite)
  expect(a!.largest).toBeGreaterThan(65504)
})

it('ends when time is over: with nothing within the first sample, and with what is known within a later one', async () => {
  const text = `x: f32[1,4]; w: f32[4,4] = ${square}; a = MatMul(x, w); b = MatMul(a, w)`
  const ranges = { x: 2, a: 4, b: 8 }
  const [whole, first] = [await errorsOf(text, 'INT8', ranges), await errorsOf(text, 'INT8', ranges, overFrom(4))]
  for (const question of [1, 2, 3]) expect(await errorsOf(text, 'INT8', ranges, overFrom(question))).toEqual([])
  expect(first.map(({ layer }) => layer)).toEqual(['a', 'b'])
  expect(first[0]!.largest).toBeLessThan(whole[0]!.largest)
  const second = await errorsOf(text, 'INT8', ranges, overFrom(5))
  expect(second[0]!.largest).toBe(whole[0]!.largest)
  expect(second.map(({ own }) => own)).not.toEqual(whole.map(({ own }) => own))
})
