import { elementCount } from '@q/ir'
import { roundHalfAway } from '@q/ir/number'

import type { Kernel, Numbers } from '../kernel.ts'
import { newResult, nums, operand, sameKind, word } from '../operands.ts'

const f = Math.fround

/**
 * Resamples the last two axes with the coordinates of TPU-MLIR 1.30.2, in float32.
 *
 * Linear: half-pixel centres in every coordinate mode but `align_corners`, coordinates clamped to the source, rows
 * blended before columns. Nearest: `asymmetric` takes floor(o in / out), every other mode round(o (in - 1) / (out - 1)).
 */
export const resize: Kernel = (call) => {
  const x = operand(call, 0)
  const [h, w] = x.type.shape.slice(-2) as [number, number]
  const [oh, ow] = nums(call, 'sizes') as [number, number]
  const planes = elementCount(x.type.shape.slice(0, -2))
  const mode = word(call, 'coordinate_transformation_mode')
  if (word(call, 'mode') === 'nearest') {
    const y = sameKind(x.data, planes * oh * ow)
    const rows = Int32Array.from({ length: oh }, (_, o) => nearest(o, h, oh, mode))
    const columns = Int32Array.from({ length: ow }, (_, o) => nearest(o, w, ow, mode))
    for (let p = 0, to = 0; p < planes; p++) {
      for (let i = 0; i < oh; i++) {
        const row = (p * h + rows[i]!) * w
        for (let j = 0; j < ow; j++) y[to++] = x.data[row + columns[j]!]!
      }
    }
    return [y]
  }
  const y = newResult(call)
  const rows = Float32Array.from({ length: oh }, (_, o) => linear(o, h, oh, mode === 'align_corners'))
  const columns = Float32Array.from({ length: ow }, (_, o) => linear(o, w, ow, mode === 'align_corners'))
  const blended = new Float32Array(w)
  for (let p = 0, to = 0; p < planes; p++) {
    for (let i = 0; i < oh; i++) {
      const at = rows[i]!
      const top = Math.floor(at)
      for (let j = 0; j < w; j++) blended[j] = blend(x.data, (p * h + top) * w + j, top === h - 1 ? 0 : w, f(at - top))
      for (let j = 0; j < ow; j++) {
        const left = Math.floor(columns[j]!)
        y[to++] = blend(blended, left, left === w - 1 ? 0 : 1, f(columns[j]! - left))
      }
    }
  }
  return [y]
}

/** The element at `at`, or between it and the one `step` further. */
function blend(data: Numbers, at: number, step: number, share: number): number {
  const a = data[at]!
  return step === 0 ? a : f(a + f(share * f(data[at + step]! - a)))
}

function linear(o: number, size: number, wanted: number, align: boolean): number {
  const scale = align ? (wanted > 1 ? f((size - 1) / f(wanted - 1)) : 0) : f(size / f(wanted))
  const at = align ? f(o * scale) : f(f(f(o + 0.5) * scale) - 0.5)
  return Math.max(0, Math.min(size - 1, at))
}

function nearest(o: number, size: number, wanted: number, mode: string): number {
  const at = mode === 'asymmetric' ? Math.floor((o * size) / wanted) : wanted > 1 ? roundHalfAway((o * (size - 1)) / (wanted - 1)) : 0
  return Math.max(0, Math.min(size - 1, at))
}
