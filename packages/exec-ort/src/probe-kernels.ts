import type { TensorData } from '@q/ir'
import { QError } from '@q/ir'
import type { KernelForms, WeightForm } from './kernel-forms.ts'
import { onceForRuntime, type ProbeWriter, probeSession } from './once-for-runtime.ts'
import type { OrtRuntime } from './ort-runtime.ts'
import type { ProbeCase } from './probe-cases.ts'
import { convCases, exactSums, linearCases, matMulCases } from './probe-cases.ts'

type Form = WeightForm | 'f32'

/**
 * The storages each kernel may use, the fastest first as measured with 8-bit dot products in the processor (unsigned
 * ConvInteger takes a quarter of the time of signed; the packed kernels prefer signed).
 */
const candidates: { readonly [K in keyof KernelForms]: readonly KernelForms[K][] } = {
  conv: ['u8', 'i8'],
  depthwise: ['f32', 'u8', 'i8'],
  matMul: ['i8', 'u8'],
  linearConv: ['i8', 'u8'],
}

const cases: Readonly<Record<keyof KernelForms, readonly ProbeCase[]>> = {
  conv: convCases.filter(({ group }) => group === 1),
  depthwise: convCases.filter(({ group }) => group > 1),
  matMul: matMulCases,
  linearConv: linearCases,
}

/**
 * Finds out which storage of weights gives exact integer sums on this machine; once for each runtime.
 *
 * Some processors add pairs of 8-bit products in 16 bits and saturate silently. The operands here are the extremes of
 * their types, so that a kernel that saturates at all gives a wrong sum; the sums are compared with exact ones. Every
 * kernel is run in the forms that translations use: windows that are gathered and windows of one place, packed and
 * fed factors, sizes that leave remainders.
 *
 * @throws QError `KERNEL_INEXACT` when no storage is exact
 */
export const probeKernels = onceForRuntime(chooseForms)

async function chooseForms(ort: OrtRuntime, onnx: ProbeWriter): Promise<KernelForms> {
  const first = async <K extends keyof KernelForms>(kernel: K): Promise<KernelForms[K]> => {
    for (const form of candidates[kernel]) if (await isExact(ort, onnx, cases[kernel], form)) return form
    throw new QError('KERNEL_INEXACT', `ONNX Runtime has no exact kernel for ${kernel} on this machine`, {
      hint: 'run with the reference executor',
    })
  }
  return {
    conv: await first('conv'),
    depthwise: await first('depthwise'),
    matMul: await first('matMul'),
    linearConv: await first('linearConv'),
  }
}

/** Runs all cases as one model and compares every number. */
async function isExact(ort: OrtRuntime, onnx: ProbeWriter, all: readonly ProbeCase[], form: Form): Promise<boolean> {
  const build = onnx.builder()
  const inputs = all.map((each) => build.input({ dtype: 'u8', shape: each.xShape }))
  const results = all.map((each, i) => each.build(build, inputs[i]!, form))
  const session = await ort.InferenceSession.create(onnx.encode(build.build('probe', results)), probeSession)
  try {
    const feeds = Object.fromEntries(all.map((each, i) => [inputs[i]!, new ort.Tensor('uint8' as never, each.x as never, each.xShape)]))
    const outputs = await session.run(feeds)
    return all.every((each, i) => {
      const found = outputs[results[i]!]!.data as TensorData
      const wanted = each.result(exactSums(each))
      return found.length === wanted.length && wanted.every((number, k) => Number(found[k]) === number)
    })
  } finally {
    await session.release()
  }
}
