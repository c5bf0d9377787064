import type { TensorData } from '@q/ir'
import { onceForRuntime, type ProbeWriter, probeSession } from './once-for-runtime.ts'
import type { OrtRuntime } from './ort-runtime.ts'

/** Factors and biases of channels whose sums are 0 to 255 and the bias: ties, numbers next to ties, sums that float32 does not hold. */
const channels = [
  { factor: 0.5, bias: -128 },
  { factor: 1 / 3, bias: -200 },
  { factor: 0.1, bias: 1000 },
  { factor: 1 / 254, bias: -12_700 },
  { factor: 2 ** -20, bias: 2 ** 25 + 2 ** 19 - 130 },
  { factor: (1 + 2 ** -23) * 2 ** -19, bias: -(2 ** 25) - 2 ** 18 - 130 },
].map(({ factor, bias }) => ({ factor: Math.fround(factor), bias }))

const zero = 100
const codes = 256

/**
 * Whether a runtime's `QLinearConv` makes of an int32 sum `v` the code `round(float32(v) * factor) + zero point`, the product rounded to float32 and ties to even. Asked
 * once for each runtime; one that does not take the operator answers no.
 */
export const fusesInFloat32 = onceForRuntime((ort, onnx) => compareCodes(ort, onnx).catch(() => false))

async function compareCodes(ort: OrtRuntime, onnx: ProbeWriter): Promise<boolean> {
  const build = onnx.builder()
  const shape = [1, 1, 1, codes]
  const input = build.input({ dtype: 'u8', shape })
  const count = channels.length
  const weights = build.constant({ dtype: 'u8', shape: [count, 1, 1, 1], data: new Uint8Array(count).fill(129) })
  const list = (dtype: 'f32' | 'i32', numbers: readonly number[]) => build.numbers(dtype, numbers, [count])
  const factors = list(
    'f32',
    channels.map(({ factor }) => factor),
  )
  const biases = list(
    'i32',
    channels.map(({ bias }) => bias),
  )
  const zeros = build.constant({ dtype: 'u8', shape: [count], data: new Uint8Array(count).fill(128) })
  const [one, none] = [build.numbers('f32', 1), build.numbers('u8', 0)]
  const operands = [input, one, none, weights, factors, zeros, one, build.numbers('u8', zero), biases]
  const result = build.node('QLinearConv', operands, { dtype: 'u8', shape: [1, count, 1, codes] }, { kernel_shape: [1, 1] })
  const session = await ort.InferenceSession.create(onnx.encode(build.build('fusion', [result])), probeSession)
  try {
    const x = Uint8Array.from({ length: codes }, (_, code) => code)
    const found = (await session.run({ [input]: new ort.Tensor('uint8' as never, x as never, shape) }))[result]!.data as TensorData
    return (
      found.length === count * codes &&
      channels.every((channel, c) => x.every((code) => Number(found[c * codes + code]) === codeOf(code, channel)))
    )
  } finally {
    await session.release()
  }
}

function codeOf(code: number, { factor, bias }: (typeof channels)[number]): number {
  const product = Math.fround(Math.fround(code + bias) * factor)
  const whole = Math.floor(product)
  const rest = product - whole
  const rounded = rest > 0.5 || (rest === 0.5 && whole % 2 !== 0) ? whole + 1 : whole
  return Math.max(0, Math.min(codes - 1, rounded + zero))
}
