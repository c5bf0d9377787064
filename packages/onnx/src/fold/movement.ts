import { elementCount, stridesOf } from '@q/ir'
import { broadcast, frontAxis } from '@q/ir/ops'
import type { Evaluate } from './evaluate.ts'
import { indexingOps } from './indexing.ts'
import { broadcastTo, elementsOf, gatherStrided, type Literal, literal, whole } from './literal.ts'

/** The shape a Reshape asks for: 0 copies a size (unless `allowZero`), one -1 is what is left. */
export function reshapeTarget(from: readonly number[], wanted: readonly number[], allowZero: boolean): readonly number[] {
  const copied = wanted.map((size, i) => (size === 0 && !allowZero ? (from[i] ?? 0) : size))
  const known = copied.reduce((product, size) => (size === -1 ? product : product * size), 1)
  const missing = known === 0 ? 0 : elementCount(from) / known
  return copied.map((size) => (size === -1 ? missing : size))
}

/** The axes, from the front, that a Squeeze drops: those given, or all of size 1; ONNX Runtime takes an empty list for none given. */
export function squeezedAxes(shape: readonly number[], axes: readonly number[] | undefined): readonly number[] {
  if (axes === undefined || axes.length === 0) return shape.flatMap((d, i) => (d === 1 ? [i] : []))
  return axes.map((axis) => frontAxis(axis, shape.length))
}

/**
 * Sizes of the parts of a Split; `undefined` where they are not its operand.
 *
 * @param count of its results
 * @param stated how many there are by an attribute, which allows a last part that is smaller
 */
export function splitSizes(
  size: number,
  count: number,
  given: readonly number[] | undefined,
  stated: number | undefined,
): readonly number[] | undefined {
  if (given !== undefined)
    return given.length === count && given.every((part) => part >= 0) && given.reduce((a, b) => a + b, 0) === size ? given : undefined
  const even = Math.ceil(size / count)
  if (stated === undefined ? size % count !== 0 : stated !== count || even * (count - 1) >= Math.max(1, size)) return undefined
  return Array.from({ length: count }, (_, i) => Math.min(even, size - i * even))
}

/** What a Slice ends at that goes on to the end of the axis, whichever way it goes. */
const toTheEnd: ReadonlySet<number> = new Set([2 ** 31 - 1, 2 ** 63])

/** Starts, ends and steps of a Slice for every axis: starts inside, ends clamped, a negative step may end at -1. */
export function sliceBounds(
  shape: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[] | undefined,
  steps: readonly number[] | undefined,
): { readonly starts: number[]; readonly ends: number[]; readonly steps: number[] } {
  const all = { starts: shape.map(() => 0), ends: [...shape], steps: shape.map(() => 1) }
  starts.forEach((start, i) => {
    const axis = frontAxis(axes?.[i] ?? i, shape.length)
    const size = shape[axis]!
    const step = steps?.[i] ?? 1
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
    const from = (place: number): number => Math.min(high, Math.max(low, place < 0 ? place + size : place))
    all.steps[axis] = step
    all.starts[axis] = step > 0 ? from(start) : Math.max(0, from(start))
    const end = step < 0 && toTheEnd.has(ends[i]!) ? -1 : from(ends[i]!)
    all.ends[axis] = size === 0 ? all.starts[axis]! : end
  })
  return all
}

/** A part of a literal, by the bounds of {@link sliceBounds}. */
function sliced(x: Literal, starts: readonly number[], ends: readonly number[], steps: readonly number[]): Literal {
  const own = stridesOf(x.shape)
  const shape = starts.map((start, i) => Math.max(0, Math.ceil((ends[i]! - start) / steps[i]!)))
  const offset = starts.reduce((sum, start, i) => sum + start * own[i]!, 0)
  return gatherStrided(
    x,
    shape,
    own.map((stride, i) => stride * steps[i]!),
    offset,
  )
}

/** Joins literals along an axis. */
export function concatenated(parts: readonly Literal[], axis: number): Literal {
  const first = parts[0]!
  const at = frontAxis(axis, first.shape.length)
  const outer = elementCount(first.shape.slice(0, at))
  const runs = parts.map((part) => elementCount(part.shape.slice(at)))
  const shape = first.shape.map((d, i) => (i === at ? parts.reduce((sum, part) => sum + part.shape[at]!, 0) : d))
  const data = elementsOf(first.dtype, elementCount(shape))
  let place = 0
  for (let i = 0; i < outer; i++) {
    parts.forEach((part, p) => {
      data.set(part.data.subarray(i * runs[p]!, (i + 1) * runs[p]!), place)
      place += runs[p]!
    })
  }
  return { dtype: first.dtype, shape, data }
}

const repeated = (x: Literal, count: number, axis: number): Literal =>
  count === 0
    ? { dtype: x.dtype, shape: x.shape.map((d, i) => (i === axis ? 0 : d)), data: elementsOf(x.dtype, 0) }
    : concatenated(Array<Literal>(count).fill(x), axis)

const numbers = (x: Literal | undefined): number[] | undefined => (x === undefined ? undefined : [...x.data])
const axesOf = (operand: Literal | undefined, attr: unknown): number[] | undefined => numbers(operand) ?? (attr as number[] | undefined)

/** Operators that move or repeat known elements, and ask for shapes. */
export const movementOps: Readonly<Record<string, Evaluate>> = {
  ...indexingOps,
  Shape: ({ inputs: [x], attrs }) => [whole(x!.shape.slice(attrs['start'] as number, attrs['end'] as number | undefined))],
  Size: ({ inputs: [x] }) => [whole([elementCount(x!.shape)], [])],
  Reshape: ({ inputs: [x, shape], attrs }) => [
    { ...x!, shape: reshapeTarget(x!.shape, numbers(shape) ?? (attrs['shape'] as number[]), attrs['allowzero'] === 1) },
  ],
  Flatten: ({ inputs: [x], attrs }) => {
    const axis = attrs['axis'] as number
    const at = axis < 0 ? axis + x!.shape.length : axis
    return [{ ...x!, shape: [elementCount(x!.shape.slice(0, at)), elementCount(x!.shape.slice(at))] }]
  },
  Squeeze: ({ inputs: [x, operand], attrs }) => {
    const axes = squeezedAxes(x!.shape, axesOf(operand, attrs['axes']))
    return axes.every((axis) => x!.shape[axis] === 1) ? [{ ...x!, shape: x!.shape.filter((_, i) => !axes.includes(i)) }] : []
  },
  Unsqueeze: ({ inputs: [x, operand], attrs }) => {
    const axes = axesOf(operand, attrs['axes'])!
    const rank = x!.shape.length + axes.length
    const added = axes.map((axis) => frontAxis(axis, rank))
    let next = 0
    return [{ ...x!, shape: Array.from({ length: rank }, (_, i) => (added.includes(i) ? 1 : x!.shape[next++]!)) }]
  },
  Concat: ({ inputs, attrs }) => [concatenated(inputs as readonly Literal[], attrs['axis'] as number)],
  Slice: ({ inputs: [x, starts, ends, axes, steps], attrs }) => {
    const bounds = sliceBounds(
      x!.shape,
      numbers(starts) ?? (attrs['starts'] as number[]),
      numbers(ends) ?? (attrs['ends'] as number[]),
      axesOf(axes, attrs['axes']),
      numbers(steps),
    )
    return [sliced(x!, bounds.starts, bounds.ends, bounds.steps)]
  },
  Split: ({ inputs: [x, operand], attrs, results }) => {
    const axis = frontAxis(attrs['axis'] as number, x!.shape.length)
    const size = x!.shape[axis]!
    const parts = splitSizes(size, results, axesOf(operand, attrs['split']), attrs['num_outputs'] as number | undefined)
    if (parts === undefined) return []
    let from = 0
    return parts.map((part) => {
      const bounds = sliceBounds(x!.shape, [from], [(from += part)], [axis], undefined)
      return sliced(x!, bounds.starts, bounds.ends, bounds.steps)
    })
  },
  Expand: ({ inputs: [x, shape] }) => [broadcastTo(x!, broadcast(x!.shape, numbers(shape)!))],
  Tile: ({ inputs: [x, repeats] }) => {
    const counts = numbers(repeats)!
    return [counts.reduce<Literal>((tiled, count, axis) => (count === 1 ? tiled : repeated(tiled, count, axis)), x!)]
  },
  ConstantOfShape: ({ inputs: [shape], attrs }) => {
    const value = attrs['value'] as Literal | undefined
    const dims = numbers(shape)!
    return [literal(value?.dtype ?? 'f32', dims, new Float64Array(elementCount(dims)).fill(value?.data[0] ?? 0))]
  },
  Range: ({ inputs: [start, limit, delta] }) => {
    const [from, to, step] = [start!.data[0]!, limit!.data[0]!, delta!.data[0]!]
    const count = Math.max(0, Math.ceil((to - from) / step))
    const data = elementsOf(start!.dtype, count)
    for (let i = 0; i < count; i++) data[i] = from + i * step
    return [{ dtype: start!.dtype, shape: [count], data }]
  },
  Where: ({ inputs: [condition, a, b] }) => {
    const shape = broadcast(broadcast(condition!.shape, a!.shape), b!.shape)
    const [c, x, y] = [broadcastTo(condition!, shape), broadcastTo(a!, shape), broadcastTo(b!, shape)]
    return [
      literal(
        a!.dtype,
        shape,
        x.data.map((each, i) => (c.data[i] !== 0 ? each : y.data[i]!)),
      ),
    ]
  },
}
