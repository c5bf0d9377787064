import { type Bf16Style, roundBf16 } from '@q/ir/number'

import type { Kernel, KernelCall, Numbers } from '../kernel.ts'
import { around, newResult, num, operand, resultType } from '../operands.ts'

const f = Math.fround

/** One run of elements that are normalized together: `count` of them, `step` apart. */
type NormalizeRun = (x: Numbers, y: Numbers, base: number, count: number, step: number) => void

/** float32, sums in index order: `(x - mean) / sqrt(variance + epsilon)`. */
const run32 =
  (epsilon: number): NormalizeRun =>
  (x, y, base, count, step) => {
    let sum = 0
    for (let i = 0; i < count; i++) sum = f(sum + x[base + i * step]!)
    const mean = f(sum / count)
    let squares = 0
    for (let i = 0; i < count; i++) {
      const d = f(x[base + i * step]! - mean)
      squares = f(squares + f(d * d))
    }
    const scale = f(1 / f(Math.sqrt(f(f(squares / count) + f(epsilon)))))
    for (let i = 0; i < count; i++) y[base + i * step] = f(f(x[base + i * step]! - mean) * scale)
  }

/** The same of a plane: each element and each square is divided first, and sums run in two lanes, of every other element. */
const runInLanes =
  (epsilon: number): NormalizeRun =>
  (x, y, base, count, step) => {
    const share = f(1 / count)
    const mean = laneSum(count, (i) => f(x[base + i * step]! * share))
    const variance = laneSum(count, (i) => {
      const d = f(x[base + i * step]! - mean)
      return f(f(d * d) * share)
    })
    const scale = f(1 / f(Math.sqrt(f(variance + f(epsilon)))))
    for (let i = 0; i < count; i++) y[base + i * step] = f(f(x[base + i * step]! - mean) * scale)
  }

function laneSum(count: number, at: (i: number) => number): number {
  const lanes: [number, number] = [0, 0]
  for (let i = 0; i < count; i++) lanes[i & 1] = f(lanes[i & 1]! + at(i))
  return f(lanes[0] + lanes[1])
}

/** The same with every step rounded to bfloat16, as TPU-MLIR 1.30.2 computes LayerNorm in that type. */
const runBf16 =
  (epsilon: number, style: Bf16Style): NormalizeRun =>
  (x, y, base, count, step) => {
    const b = (v: number): number => roundBf16(v, style)
    const share = b(1 / count)
    let sum = 0
    for (let i = 0; i < count; i++) sum = f(sum + f(x[base + i * step]! * share))
    const mean = b(sum)
    let squares = 0
    for (let i = 0; i < count; i++) {
      const d = b(x[base + i * step]! - mean)
      squares = f(squares + b(b(d * d) * share))
    }
    const scale = b(1 / b(Math.sqrt(b(b(squares) + b(epsilon)))))
    for (let i = 0; i < count; i++) y[base + i * step] = b(b(x[base + i * step]! - mean) * scale)
  }

/** Whether every step is rounded to bfloat16; the result then is one too, also where the node says that it is left unrounded. */
const isBf16 = (call: KernelCall): boolean => resultType(call).dtype === 'bf16'

/** Multiplies by the scale and adds the bias that belong to each element; bfloat16 results round after each. */
function scaleAndShift(call: KernelCall, y: Numbers, at: (i: number) => number): void {
  const scale = call.inputs[1]?.data
  const bias = call.inputs[2]?.data
  const round = isBf16(call) ? (v: number): number => roundBf16(v, call.bf16) : f
  if (scale === undefined && bias === undefined) return
  for (let i = 0; i < y.length; i++) {
    const c = at(i)
    let v = y[i]!
    if (scale !== undefined) v = round(v * scale[c]!)
    if (bias !== undefined) v = round(v + bias[c]!)
    y[i] = v
  }
}

const layerNormalization: Kernel = (call) => {
  const x = operand(call, 0)
  const axis = num(call, 'axis')
  const { size, inner } = around(x.type.shape, axis)
  const count = size * inner
  const y = newResult(call)
  const run = isBf16(call) ? runBf16(num(call, 'epsilon'), call.bf16) : run32(num(call, 'epsilon'))
  for (let base = 0; base < y.length; base += count) run(x.data, y, base, count, 1)
  scaleAndShift(call, y, (i) => i % count)
  return [y]
}

/** Normalizes `groups` runs of channels of each sample; scale and bias are per channel. */
const grouped =
  (groupsOf: (call: KernelCall) => number, runOf: (epsilon: number) => NormalizeRun = run32): Kernel =>
  (call) => {
    const x = operand(call, 0)
    const channels = x.type.shape[1]!
    const { inner } = around(x.type.shape, 1)
    const count = (channels / groupsOf(call)) * inner
    const y = newResult(call)
    const run = isBf16(call) ? runBf16(num(call, 'epsilon'), call.bf16) : runOf(num(call, 'epsilon'))
    for (let base = 0; base < y.length; base += count) run(x.data, y, base, count, 1)
    scaleAndShift(call, y, (i) => Math.floor(i / inner) % channels)
    return [y]
  }

const groupNormalization = grouped((call) => num(call, 'num_groups'))
/** Its sums are those of TPU-MLIR 1.30.2, found from runs over planes of 1 to 1,024 elements. */
const instanceNormalization = grouped((call) => operand(call, 0).type.shape[1]!, runInLanes)

const pixelNormalization: Kernel = (call) => {
  const x = operand(call, 0)
  const { outer, size, inner } = around(x.type.shape, 1)
  const y = newResult(call)
  const run = run32(num(call, 'epsilon'))
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) run(x.data, y, o * size * inner + i, size, inner)
  }
  scaleAndShift(call, y, (i) => Math.floor(i / inner) % size)
  return [y]
}

/** `x / sqrt(mean square + epsilon) * scale` over the last axis; a true division, float32 squares summed in index order. */
const rmsNormalization: Kernel = (call) => {
  const x = operand(call, 0)
  const count = x.type.shape.at(-1)!
  const y = newResult(call)
  const bf16 = isBf16(call)
  const b = (v: number): number => roundBf16(v, call.bf16)
  const epsilon = num(call, 'epsilon')
  const share = b(1 / count)
  for (let base = 0; base < y.length; base += count) {
    let squares = 0
    for (let i = base; i < base + count; i++) {
      const v = x.data[i]!
      squares = bf16 ? f(squares + b(b(v * v) * share)) : f(squares + f(v * v))
    }
    const root = bf16 ? b(1 / b(Math.sqrt(b(b(squares) + b(epsilon))))) : f(Math.sqrt(f(f(squares / count) + f(epsilon))))
    for (let i = base; i < base + count; i++) y[i] = bf16 ? b(x.data[i]! * root) : f(x.data[i]! / root)
  }
  scaleAndShift(call, y, (i) => i % count)
  return [y]
}

/** `x / (bias + alpha / size * sum of squares over the neighbouring channels) ^ beta`. */
const lrn: Kernel = (call) => {
  const x = operand(call, 0)
  const { outer, size: channels, inner } = around(x.type.shape, 1)
  const [size, alpha, beta, bias] = [num(call, 'size'), num(call, 'alpha'), num(call, 'beta'), num(call, 'bias')]
  const y = newResult(call)
  for (let o = 0; o < outer; o++) {
    for (let c = 0; c < channels; c++) {
      const first = Math.max(0, c - Math.floor((size - 1) / 2))
      const last = Math.min(channels - 1, c + Math.ceil((size - 1) / 2))
      for (let i = 0; i < inner; i++) {
        let squares = 0
        for (let k = first; k <= last; k++) squares += x.data[(o * channels + k) * inner + i]! ** 2
        const at = (o * channels + c) * inner + i
        y[at] = x.data[at]! / (bias + (alpha / size) * squares) ** beta
      }
    }
  }
  return [y]
}

/** Normalizations, by their names. */
export const normalizationKernels: Readonly<Record<string, Kernel>> = {
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  PixelNormalization: pixelNormalization,
  LRN: lrn,
}
