import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'

/** A tensor for ONNX Runtime: floats, or 64-bit integers where an operator wants a shape or axes. */
export interface OnnxOperand {
  readonly shape: readonly number[]
  readonly floats?: readonly number[]
  readonly integers?: readonly number[]
}

export type OnnxAttrs = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>

const named = (operands: readonly (OnnxOperand | undefined)[]) =>
  operands.flatMap((operand, i) => (operand === undefined ? [] : [{ name: `x${i}`, ...operand }]))

/** An ONNX file of opset 21 with one operator: operands `x0`, `x1`, …, result `y`. */
export function onnxNodeFile(op: string, operands: readonly (OnnxOperand | undefined)[], attrs: OnnxAttrs): Uint8Array {
  const node = [
    ...operands.map((operand, i) => text(1, operand === undefined ? '' : `x${i}`)),
    text(2, 'y'),
    text(4, op),
    ...Object.entries(attrs).map(([name, value]) => message(5, attribute(name, value))),
  ]
  const shapeOf = (shape: readonly number[]) =>
    message(
      2,
      shape.map((size) => message(1, [int(1, size)])),
    )
  const graph = [
    message(1, node),
    text(2, 'one'),
    ...named(operands).map(({ name, integers, shape }) =>
      message(11, [text(1, name), message(2, [message(1, [int(1, integers === undefined ? 1 : 7), shapeOf(shape)])])]),
    ),
    message(12, [text(1, 'y'), message(2, [message(1, [int(1, 1)])])]),
  ]
  return Uint8Array.from([int(1, 10), message(8, [text(1, ''), int(2, 21)]), message(7, graph)].flat())
}

/** Runs one ONNX operator of opset 21 on ONNX Runtime and gives its first result. */
export async function runOnnxNode(
  op: string,
  operands: readonly (OnnxOperand | undefined)[],
  attrs: OnnxAttrs,
): Promise<{ shape: readonly number[]; data: ArrayLike<number> }> {
  const given = named(operands)
  const model = onnxNodeFile(op, operands, attrs)
  const session = await InferenceSession.create(model, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3, intraOpNumThreads: 1 })
  const feeds = Object.fromEntries(
    given.map(({ name, shape, floats, integers }) => [
      name,
      integers === undefined
        ? new OrtTensor('float32', Float32Array.from(floats!), shape)
        : new OrtTensor('int64', BigInt64Array.from(integers, BigInt), shape),
    ]),
  )
  const { y } = await session.run(feeds)
  return { shape: y!.dims, data: y!.data as Float32Array }
}

function attribute(name: string, value: OnnxAttrs[string]): readonly number[][] {
  if (typeof value === 'number') return [text(1, name), int(3, value), int(20, 2)]
  if (typeof value === 'string') return [text(1, name), text(4, value), int(20, 3)]
  if ('float' in value) return [text(1, name), [0x15, ...new Uint8Array(Float32Array.of(value.float).buffer)], int(20, 1)]
  return [text(1, name), ...value.map((each) => int(8, each)), int(20, 7)]
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return bytes
}

const int = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)]
const block = (field: number, bytes: readonly number[]): number[] => [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes]
const text = (field: number, value: string): number[] => block(field, [...new TextEncoder().encode(value)])
const message = (field: number, parts: readonly (readonly number[])[]): number[] => block(field, parts.flat())
