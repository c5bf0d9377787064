import type { TensorData } from '@q/ir'
import { inBlocks } from './blocked-layout.ts'
import { onceForRuntime, type ProbeWriter, probeSession } from './once-for-runtime.ts'
import type { OrtRuntime } from './ort-runtime.ts'

/** Channels in a block that kernels of the runtime have. */
const candidates = [16, 8] as const

/**
 * How many channels stand in a block in the kernels of a runtime on this machine: a model that is written with blocks gives the very numbers of the same model without them. Asked once for each
 * runtime; `undefined` for one that has no such kernels.
 */
export const channelsInBlock = onceForRuntime((ort, onnx) => firstThatAgrees(ort, onnx).catch(() => undefined))

async function firstThatAgrees(ort: OrtRuntime, onnx: ProbeWriter): Promise<number | undefined> {
  const wanted = await resultOf(ort, onnx, undefined)
  for (const block of candidates) {
    const found = await resultOf(ort, onnx, block).catch(() => undefined)
    if (found?.length === wanted.length && wanted.every((number, i) => number === found[i])) return block
  }
  return undefined
}

/** Three convolutions, the second by channel, with a clamp and roundings between them and a sum behind them. */
async function resultOf(ort: OrtRuntime, onnx: ProbeWriter, block: number | undefined): Promise<Float32Array> {
  const build = onnx.builder()
  const size = 5
  const shape = (channels: number) => [1, channels, size, size]
  const numbers = (count: number, step: number) => Float32Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i * step)))
  const constant = (dims: readonly number[], step: number) =>
    build.constant({
      dtype: 'f32',
      shape: dims,
      data: numbers(
        dims.reduce((product, dim) => product * dim, 1),
        step,
      ),
    })
  const rounded = (x: string) => build.cast(build.cast(x, 'f16'), 'f32')
  const conv = (x: string, dims: readonly [number, number, number, number], group: number) => {
    const window = { kernel_shape: dims.slice(2), pads: dims.slice(2).flatMap((side) => [(side - 1) / 2, (side - 1) / 2]), group }
    const type = { dtype: 'f32', shape: shape(dims[0]) } as const
    const sums = build.node('Conv', [x, constant(dims, 0.7), constant([dims[0]], 0.3)], type, window)
    return rounded(build.node('Clip', [sums, build.numbers('f32', 0), build.numbers('f32', 6)], type))
  }
  const input = build.input({ dtype: 'f32', shape: shape(3) })
  const first = conv(input, [32, 3, 3, 3], 1)
  const second = conv(first, [32, 1, 3, 3], 32)
  const third = conv(second, [24, 32, 1, 1], 1)
  const fourth = conv(third, [24, 24, 1, 1], 1)
  const sum = rounded(build.node('Add', [third, fourth], { dtype: 'f32', shape: shape(24) }))
  const plain = build.build('blocks', [sum])
  const model = block === undefined ? plain : inBlocks(plain, block)
  const session = await ort.InferenceSession.create(onnx.encode(model), { ...probeSession, logSeverityLevel: 4 })
  try {
    const x = numbers(3 * size * size, 1.1)
    const results = await session.run({ [input]: new ort.Tensor('float32' as never, x as never, shape(3)) })
    return results[sum]!.data as TensorData as Float32Array
  } finally {
    await session.release()
  }
}
