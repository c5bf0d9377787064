import type { OnnxBuilder } from '../onnx/onnx-builder.ts'

/** Sums of rows in float32, one element after the other: running sums are what the runtime adds in this order, whatever the processor. @param x `[rows, elements]` @returns `[rows, 1]` */
export function sumsInOrder(build: OnnxBuilder, x: string): string {
  const type = build.typeOf(x)
  const [rows, elements] = type.shape as [number, number]
  const running = build.node('CumSum', [x, build.numbers('i64', 1)], type)
  const place = (i: number) => build.numbers('i64', [i])
  return build.node('Slice', [running, place(elements - 1), place(elements), place(1)], { dtype: 'f32', shape: [rows, 1] })
}
