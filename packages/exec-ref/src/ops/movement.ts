import { elementCount } from '@q/ir'

import { gatherStrided } from '../compute/broadcast.ts'
import { fuseRelu } from '../compute/fused-relu.ts'
import type { Kernel } from '../kernel.ts'
import { around, flag, num, nums, operand, resultType, sameKind, stridesOf, word } from '../operands.ts'

/** The elements themselves under another shape. */
const sameElements: Kernel = (call) => [operand(call, 0).data]

const transpose: Kernel = (call) => {
  const x = operand(call, 0)
  const steps = stridesOf(x.type.shape)
  const perm = nums(call, 'perm')
  return [
    gatherStrided(
      x.data,
      perm.map((axis) => x.type.shape[axis]!),
      perm.map((axis) => steps[axis]!),
    ),
  ]
}

const slice: Kernel = (call) => {
  const x = operand(call, 0)
  const strides = stridesOf(x.type.shape)
  const starts = nums(call, 'starts')
  const steps = nums(call, 'steps')
  const start = starts.reduce((at, each, axis) => at + each * strides[axis]!, 0)
  return [
    gatherStrided(
      x.data,
      resultType(call).shape,
      steps.map((step, axis) => step * strides[axis]!),
      start,
    ),
  ]
}

const stridedCopy: Kernel = (call) => [gatherStrided(operand(call, 0).data, resultType(call).shape, nums(call, 'inputStrides'))]

const concat: Kernel = (call) => {
  const parts = call.inputs.filter((input) => input !== undefined)
  const { shape } = resultType(call)
  const { outer, size, inner } = around(shape, num(call, 'axis'))
  const mixed = parts.some((part) => part.data.constructor !== parts[0]!.data.constructor)
  const y = mixed ? new Float32Array(elementCount(shape)) : sameKind(parts[0]!.data, elementCount(shape))
  let offset = 0
  for (const part of parts) {
    const run = part.data.length / outer
    for (let o = 0; o < outer; o++) y.set(part.data.subarray(o * run, (o + 1) * run), o * size * inner + offset)
    offset += run
  }
  return [fuseRelu(call, y)]
}

/** Elements picked along each axis by a list of indices. */
function pick(call: Parameters<Kernel>[0], indices: readonly (Int32Array | undefined)[]): ReturnType<Kernel>[number] {
  let { data } = operand(call, 0)
  const shape = [...operand(call, 0).type.shape]
  indices.forEach((list, axis) => {
    if (list === undefined) return
    const { outer, size, inner } = around(shape, axis)
    const picked = sameKind(data, outer * list.length * inner)
    for (let o = 0, to = 0; o < outer; o++) {
      for (let i = 0; i < list.length; i++) {
        const from = (o * size + list[i]!) * inner
        for (let k = 0; k < inner; k++) picked[to++] = data[from + k]!
      }
    }
    data = picked
    shape[axis] = list.length
  })
  return data
}

const tile: Kernel = (call) => {
  const { shape } = operand(call, 0).type
  return [
    pick(
      call,
      nums(call, 'repeats').map((count, axis) =>
        count === 1 ? undefined : Int32Array.from({ length: shape[axis]! * count }, (_, i) => i % shape[axis]!),
      ),
    ),
  ]
}

const upsample: Kernel = (call) => {
  const { shape } = operand(call, 0).type
  const repeat = (axis: number, times: number): Int32Array =>
    Int32Array.from({ length: shape[axis]! * times }, (_, i) => Math.floor(i / times))
  const h = shape.length - 2
  const y = pick(
    call,
    shape.map((_, axis) =>
      axis === h ? repeat(axis, num(call, 'scale_h')) : axis === h + 1 ? repeat(axis, num(call, 'scale_w')) : undefined,
    ),
  )
  return [fuseRelu(call, y)]
}

const reverse: Kernel = (call) => {
  const { shape } = operand(call, 0).type
  const at = num(call, 'axis') < 0 ? num(call, 'axis') + shape.length : num(call, 'axis')
  return [
    pick(
      call,
      shape.map((size, axis) => (axis === at ? Int32Array.from({ length: size }, (_, i) => size - 1 - i) : undefined)),
    ),
  ]
}

const swapDimInner: Kernel = (call) => {
  const { shape } = operand(call, 0).type
  return [
    pick(
      call,
      nums(call, 'offsets').map((offset, axis) =>
        offset === 0 ? undefined : Int32Array.from({ length: shape[axis]! }, (_, i) => (i + offset) % shape[axis]!),
      ),
    ),
  ]
}

const shuffleChannel: Kernel = (call) => {
  const { shape } = operand(call, 0).type
  const groups = num(call, 'group')
  const per = shape[1]! / groups
  return [pick(call, [undefined, Int32Array.from({ length: shape[1]! }, (_, i) => (i % groups) * per + Math.floor(i / groups))])]
}

/**
 * Adds a border of `value`, or of mirrored or repeated elements. A value that the type of the codes cannot hold makes
 * the result plain numbers.
 */
const pad: Kernel = (call) => {
  const x = operand(call, 0)
  const { shape } = x.type
  const pads = nums(call, 'pads')
  const mode = word(call, 'mode')
  if (mode !== 'constant') {
    return [
      pick(
        call,
        shape.map((size, axis) => {
          const length = pads[axis]! + size + pads[axis + shape.length]!
          return Int32Array.from({ length }, (_, i) => mirrored(i - pads[axis]!, size, mode))
        }),
      ),
    ]
  }
  const value = num(call, 'value')
  const to = resultType(call).shape
  const held = sameKind(x.data, 1)
  held[0] = value
  const y = (
    held[0] === value || x.data instanceof Float32Array ? sameKind(x.data, elementCount(to)) : new Float32Array(elementCount(to))
  ).fill(value)
  const inSteps = stridesOf(shape)
  const outSteps = stridesOf(to)
  const copy = (axis: number, from: number, at: number): void => {
    const before = pads[axis]!
    for (let i = Math.max(0, -before); i < shape[axis]! && i + before < to[axis]!; i++) {
      const next = at + (i + before) * outSteps[axis]!
      if (axis === shape.length - 1) y[next] = x.data[from + i]!
      else copy(axis + 1, from + i * inSteps[axis]!, next)
    }
  }
  copy(0, 0, 0)
  return [y]
}

function mirrored(at: number, size: number, mode: string): number {
  if (mode === 'edge') return Math.max(0, Math.min(size - 1, at))
  const turn = mode === 'reflect' ? 0 : 1
  const period = Math.max(1, 2 * (size - 1 + turn))
  const inside = ((at % period) + period) % period
  return inside < size ? inside : period - turn - inside
}

/** Channels to blocks of places, or back. */
const depthToSpace: Kernel = (call) => {
  const x = operand(call, 0)
  const inverse = flag(call, 'inverse')
  const small = inverse ? resultType(call).shape : x.type.shape
  const isLast = flag(call, 'channelsLast')
  const [n, channels, h, w] = (isLast ? [small[0], small[3], small[1], small[2]] : small) as readonly [number, number, number, number]
  const bh = num(call, 'block_h')
  const bw = num(call, 'block_w')
  const c = channels / (bh * bw)
  const y = sameKind(x.data, x.data.length)
  const last = word(call, 'mode') === 'DCR'
  const swap = flag(call, 'swapColumnRow')
  for (let b = 0; b < n; b++) {
    for (let ch = 0; ch < c; ch++) {
      for (let i = 0; i < bh; i++) {
        for (let j = 0; j < bw; j++) {
          const block = swap ? j * bh + i : i * bw + j
          const channel = last ? block * c + ch : ch * bh * bw + block
          for (let r = 0; r < h; r++) {
            for (let s = 0; s < w; s++) {
              const [row, column] = [r * bh + i, s * bw + j]
              const deep = isLast ? ((b * h + r) * w + s) * channels + channel : ((b * channels + channel) * h + r) * w + s
              const wide = isLast ? ((b * h * bh + row) * w * bw + column) * c + ch : ((b * c + ch) * h * bh + row) * w * bw + column
              if (inverse) y[deep] = x.data[wide]!
              else y[wide] = x.data[deep]!
            }
          }
        }
      }
    }
  }
  return [y]
}

/** Operators that move or repeat elements, by their names. */
export const movementKernels: Readonly<Record<string, Kernel>> = {
  Reshape: sameElements,
  Squeeze: sameElements,
  Unsqueeze: sameElements,
  Transpose: transpose,
  Slice: slice,
  StridedCopy: stridedCopy,
  Concat: concat,
  Tile: tile,
  Pad: pad,
  Upsample: upsample,
  Reverse: reverse,
  SwapDimInner: swapDimInner,
  ShuffleChannel: shuffleChannel,
  DepthToSpace: depthToSpace,
}
