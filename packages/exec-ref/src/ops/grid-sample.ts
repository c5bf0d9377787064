import { elementCount } from '@q/ir'
import { roundHalfEven } from '@q/ir/number'
import type { Kernel } from '../kernel.ts'
import { flag, newResult, operand, stridesOf, word } from '../operands.ts'

const f = Math.fround

/** An element along one axis, and its share. */
interface Tap {
  readonly at: number
  readonly share: number
}

/** Elements of the first operand at the places of the second, in ONNX Runtime's steps. */
export const gridSample: Kernel = (call) => {
  const x = operand(call, 0)
  const grid = operand(call, 1)
  const [batch, channels, ...sizes] = x.type.shape as [number, number, ...number[]]
  const n = sizes.length
  const steps = stridesOf(sizes)
  const plane = elementCount(sizes)
  const places = elementCount(grid.type.shape.slice(1, -1))
  const tapsOf = tapRule(word(call, 'mode'), word(call, 'padding_mode'), flag(call, 'align_corners'))
  const y = newResult(call)
  for (let b = 0; b < batch; b++) {
    for (let place = 0; place < places; place++) {
      let taps: readonly Tap[] = [{ at: 0, share: 1 }]
      sizes.forEach((size, axis) => {
        const along = tapsOf(grid.data[(b * places + place) * n + n - 1 - axis]!, size)
        taps = taps.flatMap((before) => along.map(({ at, share }) => ({ at: before.at + at * steps[axis]!, share: before.share * share })))
      })
      for (let c = 0; c < channels; c++) {
        const from = (b * channels + c) * plane
        let sum = 0
        for (const { at, share } of taps) sum += x.data[from + at]! * share
        y[(b * channels + c) * places + place] = sum
      }
    }
  }
  return [y]
}

/** The elements that a place between -1 and 1 is made of. */
function tapRule(mode: string, padding: string, isCornered: boolean): (place: number, size: number) => readonly Tap[] {
  return (place, size) => {
    const [low, high] = isCornered ? [0, size - 1] : [-0.5, size - 0.5]
    const along = isCornered ? f(f(f(place + 1) / 2) * (size - 1)) : f(f(f(f(place + 1) * size) - 1) / 2)
    const chosen = mode === 'nearest' ? roundHalfEven(along) : along
    const outside = chosen < low || chosen > high
    // A cubic beyond a border weighs elements there, each of which then is the border's: the runtime's way since 1.30, where ONNX's own reference takes the nearest place first.
    const isKept = !outside || padding === 'zeros' || (padding === 'border' && mode === 'cubic')
    const at = isKept ? chosen : padding === 'border' ? clamped(chosen, size) : mirrored(chosen, low, high)
    return sharesOf(at, mode).flatMap(({ at: element, share }) => {
      if (element >= 0 && element < size) return [{ at: element, share }]
      if (padding === 'zeros' || Number.isNaN(element)) return []
      return [{ at: padding === 'border' ? clamped(element, size) : clamped(Math.trunc(mirrored(element, low, high)), size), share }]
    })
  }
}

function sharesOf(at: number, mode: string): readonly Tap[] {
  const first = Math.floor(at)
  const rest = at - first
  if (mode === 'nearest') return [{ at: Math.trunc(at), share: 1 }]
  if (mode === 'linear')
    return [
      { at: first, share: 1 - rest },
      { at: first + 1, share: rest },
    ]
  return [-1, 0, 1, 2].map((k) => ({ at: first + k, share: cubic(Math.abs(rest - k)) }))
}

/** Keys' cubic with a = -0.75. */
function cubic(x: number): number {
  const a = -0.75
  return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
}

const clamped = (at: number, size: number): number => Math.min(size - 1, Math.max(0, at))

/** A place beyond a border, turned back at it as often as it takes. */
function mirrored(at: number, low: number, high: number): number {
  const range = high - low
  if (at >= low && at <= high) return at
  const beyond = at < low ? low - at : at - high
  const times = Math.trunc(beyond / range)
  const rest = beyond - times * range
  return (times % 2 === 0) === at < low ? low + rest : high - rest
}
