import { elementCount } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import { type Literal, whole } from '../fold/literal.ts'

/** A node whose operands are partly computed, with the shapes that the file declares for its results. */
export interface StatingNode {
  readonly op: string
  /** Shapes of the operands, where they are known. */
  readonly shapes: readonly (readonly number[] | undefined)[]
  readonly declared: readonly (readonly number[] | undefined)[]
  /** Attributes, ONNX's defaults filled in. */
  readonly attrs: Readonly<Record<string, unknown>>
}

type State = (x: readonly number[], y: readonly number[], node: StatingNode) => readonly number[] | undefined

const ones = (shape: readonly number[]): readonly number[] => shape.flatMap((size, axis) => (size === 1 ? [axis] : []))

/** Axes of size 1 of the longer shape without which it is the shorter one. */
function spareAxes(long: readonly number[], short: readonly number[]): readonly number[] | undefined {
  const spare: number[] = []
  long.forEach((size, axis) => {
    if (size === 1 && short[axis - spare.length] !== 1) spare.push(axis)
  })
  for (let axis = long.length - 1; axis >= 0 && long.length - spare.length > short.length; axis--)
    if (long[axis] === 1 && !spare.includes(axis)) spare.push(axis)
  const rest = long.filter((_, axis) => !spare.includes(axis))
  return rest.join() === short.join() ? spare.sort((a, b) => a - b) : undefined
}

/** Sets of axes without which a shape is another one; they may differ in axes of size 1. */
function droppedAxes(x: readonly number[], y: readonly number[]): readonly (readonly number[])[] {
  if (x.length < y.length) return []
  if (x.length === 0) return [[]]
  const [size] = x
  const moved = (sets: readonly (readonly number[])[]) => sets.map((axes) => axes.map((axis) => axis + 1))
  const kept = size === y[0] ? moved(droppedAxes(x.slice(1), y.slice(1))) : []
  return [...kept, ...moved(droppedAxes(x.slice(1), y)).map((axes) => [0, ...axes])]
}

const reducedAxes: State = (x, y, { attrs }) => {
  const isNoop = attrs['noop_with_empty_axes'] === 1
  if (attrs['keepdims'] === 0) {
    const sets = x.length > 8 ? [] : droppedAxes(x, y)
    const large = new Set(sets.map((axes) => axes.filter((axis) => x[axis] !== 1).join()))
    return large.size === 1 && sets[0]!.length > 0 ? sets[0] : undefined
  }
  if (x.length !== y.length || y.some((size, axis) => size !== 1 && size !== x[axis])) return undefined
  const axes = isNoop ? ones(y).filter((axis) => x[axis] !== 1) : ones(y)
  return axes.length > 0 || (isNoop && ones(x).length === 0) ? axes : undefined
}

/** What an operand has to be for the result to have its shape, by operator: the place of the operand, and the rule. */
const rules: Readonly<Record<string, readonly [operand: number, State]>> = {
  Reshape: [1, (x, y) => (elementCount(x) === elementCount(y) ? y : undefined)],
  Expand: [1, (_, y) => y],
  Tile: [1, (x, y) => (y.length === x.length && y.every((size, i) => size % x[i]! === 0) ? y.map((size, i) => size / x[i]!) : undefined)],
  Squeeze: [1, (x, y) => spareAxes(x, y)],
  Unsqueeze: [1, (x, y) => spareAxes(y, x)],
  TopK: [1, (x, y, { attrs }) => [y[frontAxis(attrs['axis'] as number, x.length)]!]],
  OneHot: [1, (_, y, { attrs }) => [y[frontAxis(attrs['axis'] as number, y.length)]!]],
  ConstantOfShape: [0, (_, y) => y],
  Resize: [
    3,
    (x, y, { attrs }) =>
      attrs['keep_aspect_ratio_policy'] === 'stretch' && attrs['axes'] === undefined && x.length === y.length ? y : undefined,
  ],
  CenterCropPad: [1, (_, y, { attrs }) => (attrs['axes'] as readonly number[] | undefined)?.map((axis) => y.at(axis)!) ?? y],
  AffineGrid: [1, (_, y) => [y[0]!, 1, ...y.slice(1, -1)]],
  Split: [
    1,
    (x, _, { attrs, declared }) => {
      const sizes = declared.map((shape) => shape?.[frontAxis(attrs['axis'] as number, x.length)])
      return sizes.some((size) => size === undefined) ? undefined : (sizes as number[])
    },
  ],
  ...Object.fromEntries(
    ['Sum', 'Max', 'Min', 'Mean', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp'].map((name) => [
      `Reduce${name}`,
      [1, reducedAxes] as const,
    ]),
  ),
}

/**
 * The operand that says nothing but the shape of the result, where it is computed while the network runs and the file declares that shape: sizes,
 * axes, counts. It can be no other, or the result would have another shape than the file says.
 *
 * @returns the place of the operand and its elements; undefined where several would give the same shape and other elements
 */
export function statedOperand(node: StatingNode): { readonly operand: number; readonly known: Literal } | undefined {
  const [operand, rule] = (Object.hasOwn(rules, node.op) ? rules[node.op] : undefined) ?? []
  const [y] = node.declared
  const x = node.shapes[0]
  if (operand === undefined || rule === undefined || x === undefined || y === undefined) return undefined
  const elements = rule(x, y, node)
  return elements === undefined ? undefined : { operand, known: node.op === 'OneHot' ? whole(elements, []) : whole(elements) }
}
