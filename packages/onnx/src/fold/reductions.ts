import { elementCount } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import type { Evaluate, KnownNode } from './evaluate.ts'
import { elementsOf, isFloat, type Literal, permuted } from './literal.ts'

type Fold = (elements: Float32Array | Float64Array) => number

const total = (elements: Float32Array | Float64Array, f: (x: number) => number = (x) => x): number => {
  let sum = 0
  for (const x of elements) sum += f(x)
  return sum
}

const folds: Readonly<Record<string, Fold>> = {
  ReduceSum: (x) => total(x),
  ReduceMean: (x) => total(x) / x.length,
  ReduceProd: (x) => (x as Float64Array).reduce((a, b) => a * b, 1),
  ReduceMax: (x) => (x as Float64Array).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ReduceMin: (x) => (x as Float64Array).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  ReduceL1: (x) => total(x, Math.abs),
  ReduceL2: (x) => Math.sqrt(total(x, (v) => v * v)),
  ReduceSumSquare: (x) => total(x, (v) => v * v),
  ReduceLogSum: (x) => Math.log(total(x)),
  ReduceLogSumExp: (x) => Math.log(total(x, Math.exp)),
}

/** The operators that reduce a tensor to sums, means, extremes or norms along axes. */
export const reductionNames: ReadonlySet<string> = new Set(Object.keys(folds))

/** The axes a reduction works on: its second operand, its attribute, or all. */
function reducedAxes({ inputs, attrs }: Pick<KnownNode, 'inputs' | 'attrs'>, rank: number): readonly number[] {
  const given = inputs[1] === undefined ? (attrs['axes'] as readonly number[] | undefined) : [...inputs[1].data]
  if (given !== undefined && given.length > 0) return given.map((axis) => frontAxis(axis, rank)).sort((a, b) => a - b)
  return attrs['noop_with_empty_axes'] === 1 ? [] : Array.from({ length: rank }, (_, i) => i)
}

function reduce(node: KnownNode): readonly Literal[] {
  const x = node.inputs[0]!
  const axes = reducedAxes(node, x.shape.length)
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i))
  const moved = permuted(x, [...kept, ...axes])
  const size = elementCount(axes.map((axis) => x.shape[axis]!))
  const count = elementCount(kept.map((axis) => x.shape[axis]!))
  const data = elementsOf(x.dtype, count)
  const fold = folds[node.op]!
  for (let i = 0; i < count; i++) {
    const value = fold(moved.data.subarray(i * size, (i + 1) * size) as Float64Array)
    data[i] = isFloat(x.dtype) ? value : Math.trunc(value)
  }
  const shape = attrsKeep(node) ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d)) : kept.map((axis) => x.shape[axis]!)
  return [{ dtype: x.dtype, shape, data }]
}

const attrsKeep = (node: KnownNode): boolean => node.attrs['keepdims'] !== 0

const pickPlace =
  (isBetter: (a: number, b: number) => boolean): Evaluate =>
  ({ inputs: [x], attrs }) => {
    const better = attrs['select_last_index'] === 1 ? (a: number, b: number) => !isBetter(b, a) : isBetter
    const axis = frontAxis(attrs['axis'] as number, x!.shape.length)
    const kept = x!.shape.map((_, i) => i).filter((i) => i !== axis)
    const moved = permuted(x!, [...kept, axis])
    const size = x!.shape[axis]!
    if (size === 0) return []
    const data = new Float64Array(moved.data.length / size)
    for (let i = 0; i < data.length; i++) {
      for (let k = 1; k < size; k++) if (better(moved.data[i * size + k]!, moved.data[i * size + data[i]!]!)) data[i] = k
    }
    const shape = attrs['keepdims'] === 0 ? kept.map((i) => x!.shape[i]!) : x!.shape.map((d, i) => (i === axis ? 1 : d))
    return [{ dtype: 'i64', shape, data }]
  }

/** Reductions of known tensors, and running sums. */
export const reductionOps: Readonly<Record<string, Evaluate>> = {
  ...Object.fromEntries([...reductionNames].map((op) => [op, reduce])),
  ArgMax: pickPlace((a, b) => a > b),
  ArgMin: pickPlace((a, b) => a < b),
  CumSum: ({ inputs: [x, axisOperand], attrs }) => {
    const axis = frontAxis(axisOperand!.data[0]!, x!.shape.length)
    const inner = elementCount(x!.shape.slice(axis + 1))
    const size = x!.shape[axis]!
    const data = elementsOf(x!.dtype, x!.data.length)
    const backward = attrs['reverse'] === 1
    for (let i = 0; i < data.length; i++) {
      const k = Math.floor(i / inner) % size
      if (backward ? k !== size - 1 : k !== 0) continue
      let sum = 0
      for (let step = 0; step < size; step++) {
        const at = i + (backward ? -step : step) * inner
        if (attrs['exclusive'] === 1) data[at] = sum
        sum = data instanceof Float32Array ? Math.fround(sum + x!.data[at]!) : sum + x!.data[at]!
        if (attrs['exclusive'] !== 1) data[at] = sum
      }
    }
    return [{ dtype: x!.dtype, shape: x!.shape, data }]
  },
}
