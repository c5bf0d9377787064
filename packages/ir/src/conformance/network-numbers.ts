import type { IntegerScheme } from '../contracts/scheme.ts'
import { inferNode } from '../graph/node-types.ts'
import type { Graph } from '../graph/types.ts'
import { roundTo } from '../number/rounding.ts'
import { allOps } from '../ops/op-set.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { wholeRange } from './backend-exact-cases.ts'
import { dice } from './dice.ts'
import type { NetworkOperand, OperatorNetwork } from './operator-networks.ts'
import { f32, node, type SmallValue, smallGraph, tensorOf } from './small-graph.ts'

type Ends = readonly [low: number, high: number]

/** The numbers that operands and constants are made of: whole numbers of steps, which are powers of two. */
export interface NumberGrid {
  /** The codes of activations and of weights. */
  readonly activations: Ends
  readonly weights: Ends
  /** The largest magnitude of the codes of a computed operand. */
  readonly reach: number
  /** Codes are multiples of it. */
  readonly multiple: number
  readonly stepOf: (place: number) => number
  readonly weightStep: number
  /** How weights between codes become codes; several where the scheme leaves more than one way. @default they are not rounded */
  readonly toCodes?: readonly ((steps: number) => number)[]
}

/** A network with numbers in it. */
export interface NumberedNetwork {
  readonly graph: Graph
  /** The same with constants that are codes; that of the floats where they are. */
  readonly rounded: readonly Graph[]
  readonly x: ReadonlyMap<string, Tensor>
  readonly steps: ReadonlyMap<string, number>
}

const isWeighted = ({ operands }: OperatorNetwork): boolean =>
  operands.some(({ role }) => role.startsWith('weights') || role.startsWith('bias'))
const isFunction = ({ form }: OperatorNetwork): boolean => allOps.get(form)?.scalar !== undefined

/**
 * The codes of a scheme.
 *
 * @returns `undefined` where no range of the scheme has a power of two for a scale
 */
export function codeGrid(network: OperatorNetwork, scheme: IntegerScheme, kind: 'around zero' | 'positive'): NumberGrid | undefined {
  const { activations, weights, multipliers, rounding } = scheme
  const range = wholeRange(activations, kind)
  const weightRange = wholeRange({ ...weights, granularity: 'per-tensor' }, 'around zero')
  if (range === undefined || weightRange === undefined) return undefined
  const all = isFunction(network)
  const base = all ? 2 ** (3 - activations.bits) : 2 ** -4
  const round = (steps: number): number => roundTo(steps, rounding.weight)
  // With zero points the codes are rounded, or the numbers before the zero point is added: halves to even or away from zero differ in that.
  const zero = weights.zeroPoint === 'none' ? 0 : 1
  return {
    activations: range,
    weights: weightRange,
    reach: all ? 2 ** activations.bits : isWeighted(network) ? 6 : Math.min(126, 2 ** (activations.bits - 1) - 2),
    multiple: Object.values(multipliers).some(({ kind: each }) => each === 'quantized-multiplier') && !all ? 2 : 1,
    stepOf: (place) => base / 4 ** place,
    weightStep: 2 ** -4,
    toCodes:
      zero === 0
        ? [round]
        : [
            round,
            (steps) => roundTo(steps + 2 ** 20, rounding.weight) - 2 ** 20,
            (steps) => roundTo(steps + 2 ** 20 + 1, rounding.weight) - 2 ** 20 - 1,
          ],
  }
}

/** Numbers that every float type holds exactly; for powers positive ones, as others have none in general. */
export const floatGrid = ({ form }: OperatorNetwork): NumberGrid => ({
  activations: [form.startsWith('Pow') ? 1 : -63, 63],
  weights: [-12, 12],
  reach: 63,
  multiple: 1,
  stepOf: () => 2 ** -4,
  weightStep: 2 ** -4,
})

/** The network with numbers of a grid, the same ones every time. */
export function numbered(network: OperatorNetwork, grid: NumberGrid): NumberedNetwork {
  const { form, operands, attrs, results } = network
  const roll = dice(4711)
  const x = new Map<string, Tensor>()
  const steps = new Map<string, number>()
  const given: Record<string, SmallValue> = {}
  const ways = grid.toCodes ?? [(each: number): number => each]
  const rounded: Record<string, SmallValue>[] = ways.map(() => ({}))
  const names = operands.map((operand, place): string => {
    if (operand.role === 'again') return 'x0'
    const name = operand.role === 'computed' ? `x${place}` : `c${place}`
    const step = stepAt(operands, place, grid)
    const inSteps = stepsOf(operand, grid, roll)
    const value = (codes: readonly number[]): SmallValue => ({ type: f32(...operand.shape), constant: codes.map((code) => code * step) })
    steps.set(name, step)
    if (operand.role === 'computed') {
      given[name] = { type: f32(...operand.shape) }
      x.set(name, tensorOf(f32(...operand.shape), value(inSteps).constant!))
    } else if (operand.role === 'numbers') given[name] = { type: f32(...operand.shape), constant: operand.numbers }
    else {
      given[name] = value(inSteps)
      ways.forEach((way, i) => (rounded[i]![name] = value(inSteps.map(way))))
    }
    return name
  })
  const made = Array.from({ length: results }, (_, i) => (i === 0 ? 'y' : `y${i}`))
  const op = node(form.replace('#constant', ''), names, made, attrs)
  inferNode(op, allOps, (name) => given[name]!.type).forEach(({ shape }, i) => (given[made[i]!] = { type: f32(...shape) }))
  const graphOf = (constants: Readonly<Record<string, SmallValue>>): Graph =>
    smallGraph({ stage: 'float', values: { ...given, ...constants }, nodes: [op], outputs: made })
  return { graph: graphOf({}), rounded: rounded.map(graphOf), x, steps }
}

function stepAt(operands: readonly NetworkOperand[], place: number, grid: NumberGrid): number {
  const { role } = operands[place]!
  if (role.startsWith('weights')) return grid.weightStep
  if (!role.startsWith('bias')) return grid.stepOf(place)
  return operands.slice(0, place).reduce((product, _, i) => product * stepAt(operands, i, grid), 1)
}

/** The numbers of an operand in steps, as many as it has elements. */
function stepsOf(operand: NetworkOperand, grid: NumberGrid, roll: () => number): readonly number[] {
  if (operand.role === 'again' || operand.role === 'numbers') return []
  const count = operand.shape.reduce((all, d) => all * d, 1)
  const between = (low: number, high: number): number => low + Math.floor(roll() * (high - low + 1))
  const fraction = (): number => between(0, 3) / 4
  const [low, high] = grid.activations
  switch (operand.role) {
    case 'computed': {
      const [first, last] = [Math.max(low, -grid.reach), Math.min(high, grid.reach)].map((end) => Math.trunc(end / grid.multiple)) as [
        number,
        number,
      ]
      const isEach = last - first < count
      return Array.from({ length: count }, (_, i) => (isEach ? first + (i % (last - first + 1)) : between(first, last)) * grid.multiple)
    }
    case 'constant':
      return Array.from({ length: count }, (_, i) =>
        i === 0 ? low : i === 1 ? high : Math.trunc(between(Math.max(low, -90), Math.min(high, 90)) / grid.multiple) * grid.multiple,
      )
    case 'bias':
      return Array.from({ length: count }, () => between(-200, 200) * 2)
    case 'bias between codes':
      return Array.from({ length: count }, () => between(-200, 200) + fraction())
    default:
      return weightSteps(operand, grid, () => between(Math.max(grid.weights[0] + 1, -3), 2) + (operand.role === 'weights' ? 0 : fraction()))
  }
}

/** Small numbers of steps; the first two of each channel are the ends of the range, so that its scale is the step. */
function weightSteps(
  { shape, axis }: Extract<NetworkOperand, { readonly axis: number }>,
  { weights: [low, high] }: NumberGrid,
  small: () => number,
): readonly number[] {
  const seen = new Array<number>(shape[axis]!).fill(0)
  const inner = shape.slice(axis + 1).reduce((all, d) => all * d, 1)
  return Array.from({ length: shape.reduce((all, d) => all * d, 1) }, (_, i) => {
    const channel = Math.floor(i / inner) % shape[axis]!
    const tap = seen[channel]!++
    return tap === 0 ? high : tap === 1 ? low : small()
  })
}
