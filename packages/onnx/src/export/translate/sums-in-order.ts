import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { reshaped, transposed } from './finish.ts'

/** Sums of rows in float32, one element after the other: running sums are what the runtime adds in this order, whatever the processor. @param x `[rows, elements]` @returns `[rows, 1]` */
export function sumsInOrder(build: OnnxBuilder, x: string): string {
  return sumsAlong(build, x, 1)
}

/** The same along any axis (from the front), which keeps one element. */
export function sumsAlong(build: OnnxBuilder, x: string, axis: number): string {
  const { dtype, shape } = build.typeOf(x)
  const running = build.node('CumSum', [x, build.numbers('i64', axis)], { dtype, shape })
  const place = (i: number) => build.numbers('i64', [i])
  const kept = shape.map((dim, i) => (i === axis ? 1 : dim))
  return build.node('Slice', [running, place(shape[axis]! - 1), place(shape[axis]!), place(axis)], { dtype, shape: kept })
}

/** Sums of rows in float32, in two lanes: every other element from the first and from the second on, each in order, then both. @param x `[rows, elements]` @returns `[rows, 1]` */
export function sumsInTwoLanes(build: OnnxBuilder, x: string): string {
  const [rows, elements] = build.typeOf(x).shape as [number, number]
  const even = elements % 2 === 0 ? x : withZero(build, x, rows, elements)
  const half = Math.ceil(elements / 2)
  const lanes = transposed(build, reshaped(build, even, [rows, half, 2]), [0, 2, 1])
  const both = reshaped(build, sumsInOrder(build, reshaped(build, lanes, [2 * rows, half])), [rows, 2])
  return build.node('ReduceSum', [both, build.numbers('i64', [1])], { dtype: 'f32', shape: [rows, 1] }, { keepdims: 1 })
}

function withZero(build: OnnxBuilder, x: string, rows: number, elements: number): string {
  return build.node('Pad', [x, build.numbers('i64', [0, 0, 0, 1])], { dtype: 'f32', shape: [rows, elements + 1] })
}
