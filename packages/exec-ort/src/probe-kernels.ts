import type { Tensor } from '@q/ir'
import type { KernelForms, WeightForm } from './kernel-forms.ts'
import { onnxBuilder } from './onnx/onnx-builder.ts'
import type { OnnxBuilder } from './onnx/onnx-builder.ts'
import { onnxDomains, onnxOpset } from './onnx/onnx-ops.ts'
import type { EncodeModel, OrtRuntime } from './ort-runtime.ts'

const depth = 96
const size = 4

/** A kernel to prove: a model on extreme values and its exact result. */
interface Probe {
  readonly kernel: keyof KernelForms
  readonly model: (build: OnnxBuilder, form: WeightForm) => string
  readonly feed: Tensor
  readonly expected: number
}

/**
 * Finds out which storage of weights gives exact integer sums on this machine.
 *
 * Some processors add pairs of 8-bit products in 16 bits and saturate silently. Every activation here is 255 and every
 * weight -127 (or +127): the largest pairs there are, so a kernel that saturates at all gives a wrong sum. Signed
 * weights are preferred where they are exact; unsigned ones are the fallback that is exact everywhere.
 */
export async function probeKernels(ort: OrtRuntime, encode: EncodeModel): Promise<KernelForms> {
  const forms: Record<keyof KernelForms, WeightForm> = { conv: 'u8', depthwise: 'f32', matMul: 'u8', linearConv: 'u8' } as KernelForms & Record<string, never>
  for (const probe of probes()) {
    if (await isExact(ort, encode, probe, preferred[probe.kernel])) forms[probe.kernel] = preferred[probe.kernel]
  }
  return forms
}

/** The faster storage, where it is exact; measured on processors with 8-bit dot products. */
const preferred: KernelForms = { conv: 'u8', depthwise: 'f32', matMul: 'i8', linearConv: 'i8' }

function probes(): readonly Probe[] {
  const image: Tensor = { dtype: 'u8', shape: [1, depth, size, size], data: new Uint8Array(depth * size * size).fill(255) }
  const matrix: Tensor = { dtype: 'u8', shape: [size, depth], data: new Uint8Array(size * depth).fill(255) }
  const i32 = (shape: readonly number[]) => ({ dtype: 'i32', shape }) as const
  const window = { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] }
  return [
    {
      kernel: 'matMul',
      feed: matrix,
      expected: depth * 127 * -127,
      model: (build, form) => {
        const x = build.input('x', matrix)
        return build.node('MatMulInteger', [x, weight(build, form, [depth, size]), build.numbers('u8', 128), zero(build, form)], i32([size, size]))
      },
    },
    {
      kernel: 'linearConv',
      feed: image,
      // The scale 2^-16 brings the sum into 8 bits.
      expected: Math.round((depth * 127 * -127) / 2 ** 14) + 128,
      model: (build, form) => {
        const x = build.input('x', image)
        return build.node('QLinearConv', [
          x, build.numbers('f32', 1), build.numbers('u8', 128), weight(build, form, [size, depth, 1, 1]), build.numbers('f32', 2 ** -14), zero(build, form),
          build.numbers('f32', 1), build.numbers('u8', 128),
        ], { dtype: 'u8', shape: [1, size, size, size] }, { ...window, group: 1 })
      },
    },
  ]
}

function weight(build: OnnxBuilder, form: WeightForm, shape: readonly number[]): string {
  const count = shape.reduce((product, dim) => product * dim, 1)
  return build.constant(form === 'i8'
    ? { dtype: 'i8', shape, data: new Int8Array(count).fill(-127) }
    : { dtype: 'u8', shape, data: new Uint8Array(count).fill(1) })
}

function zero(build: OnnxBuilder, form: WeightForm): string {
  return form === 'i8' ? build.numbers('i8', 0) : build.numbers('u8', 128)
}

async function isExact(ort: OrtRuntime, encode: EncodeModel, probe: Probe, form: WeightForm): Promise<boolean> {
  const build = onnxBuilder()
  const result = probe.model(build, form)
  const session = await ort.InferenceSession.create(encode(build.build('probe', [result]), { opset: onnxOpset, domains: onnxDomains }))
  try {
    const input = build.build('probe', [result]).inputs[0]!.name
    const output = await session.run({ [input]: new ort.Tensor('uint8' as never, probe.feed.data as never, probe.feed.shape) })
    return [...(output[result]!.data as ArrayLike<number> & Iterable<number>)].every((value) => value === probe.expected)
  } finally {
    await session.release()
  }
}
