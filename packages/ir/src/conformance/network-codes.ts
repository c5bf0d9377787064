import type { Executor } from '../contracts/executor.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import { codeLimitsOf } from '../graph/code-limits.ts'
import { valueOf } from '../graph/edges.ts'
import type { Graph, TensorType } from '../graph/types.ts'
import { type RoundingMode, roundTo } from '../number/rounding.ts'
import { scalarOf } from '../ops/define.ts'
import { allOps } from '../ops/op-set.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { run } from './backend-run.ts'
import { anyFirstRounding, factorErrorOf, firstRoundingOf } from './factor-error.ts'
import type { NumberedNetwork } from './network-numbers.ts'
import { filledAttrs, type OperatorNetwork } from './operator-networks.ts'
import { check } from './runner.ts'
import { numbersOf, tensorOf } from './small-graph.ts'

/** The results of a float network, for each way in which its constants may become codes. */
export async function resultsOf(executor: Executor, { rounded, x }: NumberedNetwork): Promise<readonly (readonly number[])[]> {
  const found: (readonly number[])[] = []
  for (const graph of rounded) found.push(numbersOf((await run(executor, graph, x, ['y'])).get('y')!))
  return found
}

/** A network that was run on codes. */
export interface Compared {
  readonly network: OperatorNetwork
  readonly made: NumberedNetwork
  readonly scheme: IntegerScheme
  readonly resolved: Graph
  readonly type: TensorType
}

const isPowerOfTwo = (scale: number): boolean => Number.isInteger(Math.log2(scale))

/** Fails when codes are not those of the float network's results: see `checkNetwork`. */
export async function compareCodes(compared: Compared, found: readonly number[], executor: Executor): Promise<void> {
  const { resolved, type, scheme, network, made } = compared
  const isTable = resolved.nodes.some(({ op }) => op === 'Lut')
  const isExact = isTable ? resolved.nodes.every(({ op }) => castsAndTables.has(op)) : isExactlyScaled(compared)
  const { zeroPoint } = type.quant!
  const isRelu = filledAttrs(network)['relu'] === true
  const [min, max] = codeLimitsOf(type, isRelu ? zeroPoint : undefined)
  const limited = (whole: number): number => Math.min(max, Math.max(min, whole))
  const x = asCodes(compared)
  const reals = functionOf(network, x) ?? (await resultsOf(executor, { ...made, x }))
  const ideals = [...reals, ...(isTable ? [] : await oneByOne(compared, x, executor))]
  const { requantize, cast } = scheme.rounding
  // A mantissa of 31 bits rounds twice: what a bias between codes leaves of an odd sum may be decided by the first.
  const isBetween = network.operands.some(({ role }) => role === 'bias between codes')
  const unsure = (isBetween ? anyFirstRounding(scheme.multipliers.sum) : 0) || 1e-4
  const error = Math.max(2 ** -5, factorErrorOf(network.form.replace('#constant', ''), scheme))
  const roundings = isTable ? [scheme.rounding.table ?? cast] : network.form === 'LeakyRelu' ? [requantize, cast] : [requantize]
  const misses = ideals.flatMap((numbers) =>
    roundings.flatMap((rounding) =>
      // A table rounds what it holds, the zero point included; sums are rounded before it is added.
      (isTable ? [0, zeroPoint] : [0]).map((inside) =>
        numbers.flatMap((real, i) =>
          isCode(found[i]!, real, { ...type.quant!, limited, inside, unsure, error, ...(isExact ? { rounding } : {}) }) ? [] : [i],
        ),
      ),
    ),
  )
  const fewest = misses.reduce((best, list) => (list.length < best.length ? list : best))
  const [at] = fewest
  const real = reals[0]![at ?? 0]!
  check(
    found.length === reals[0]!.length && at === undefined,
    `${fewest.length} of ${found.length} codes are not what the scheme says, the first at ${at}: ${found[at ?? 0]}, where ${real} in floats is ${real / type.quant!.scale + zeroPoint} before it is rounded`,
  )
}

const castsAndTables: ReadonlySet<string> = new Set(['QuantizeLinear', 'Lut', 'DequantizeLinear', 'Cast'])

/** Whether all scales are powers of two, so that nothing but the rounding is open; constants that do not say theirs may have any. */
function isExactlyScaled({ resolved, network: { operands } }: Compared): boolean {
  const values = [...resolved.values.values()]
  const scales = values.flatMap(({ type: { quant } }) => (quant === undefined ? [] : [quant.scale, ...(quant.scales ?? [])]))
  const isOpen =
    operands.some(({ role }) => role === 'constant') &&
    values.some(({ constant, type }) => constant !== undefined && type.dtype !== 'f32' && type.quant === undefined)
  const isGiven = operands.some(
    (operand) => operand.role === 'numbers' && operand.numbers.some((each) => !Number.isInteger(Number(each) * 2)),
  )
  return scales.every(isPowerOfTwo) && !isOpen && !isGiven
}

/** The numbers that the codes of the operands stand for, where the chip gives them the scale of the result at once. */
function asCodes({ made: { x }, resolved }: Compared): ReadonlyMap<string, Tensor> {
  return new Map(
    [...x].map(([name, tensor]) => {
      const cast = resolved.nodes.find(({ op, inputs }) => op === 'QuantizeLinear' && inputs[0] === name)
      const type = cast === undefined ? undefined : valueOf(resolved, cast.outputs[0]!).type
      if (type?.quant === undefined) return [name, tensor]
      // As the resolver made it, by what the target says of casts.
      const rounding = cast!.attrs['rounding'] as RoundingMode
      const { scale, zeroPoint } = type.quant
      const [min, max] = codeLimitsOf(type)
      const codeOf = (real: number): number => Math.min(max, Math.max(min, roundTo(real / scale, rounding) + zeroPoint))
      const { dtype, shape } = tensor
      return [
        name,
        tensorOf(
          { dtype, shape },
          numbersOf(tensor).map((real) => (codeOf(real) - zeroPoint) * scale),
        ),
      ]
    }),
  )
}

/** The results of an operator that is a function of each element, in double as its definition has it. */
function functionOf(network: OperatorNetwork, x: ReadonlyMap<string, Tensor>): readonly (readonly number[])[] | undefined {
  const f = scalarOf(allOps.get(network.form.replace('#constant', ''))!, filledAttrs(network))
  return f === undefined ? undefined : [numbersOf(x.get('x0')!).map(f)]
}

interface CodeRule {
  readonly scale: number
  readonly zeroPoint: number
  readonly limited: (code: number) => number
  /** What is added before the number is rounded. */
  readonly inside: number
  /** How far from a tie a last digit may decide. */
  readonly unsure: number
  /** What the encoding of factors may do to a number, relative to it. */
  readonly error: number
  /** @default a code and a half beside the number will do, and {@link error} */
  readonly rounding?: RoundingMode
}

/** From here on ties are unsure too: what was rounded before may have made them. */
const exactTies = 2 ** -5

/** Whether a code stands for a number: as it is rounded; either neighbour where a last digit decides. */
function isCode(found: number, real: number, { scale, zeroPoint, limited, inside, unsure, error, rounding }: CodeRule): boolean {
  if (!Number.isFinite(real)) return true
  const exact = real / scale
  if (rounding === undefined) return Math.abs(found - limited(exact + zeroPoint)) <= 1.5 + Math.abs(exact) * error
  const isTie = Number.isInteger(2 * exact)
  const around = isTie && unsure < exactTies ? 0 : unsure + 2e-6 * Math.abs(exact)
  return [0, around, -around].some((off) => found === limited(roundTo(exact + inside + off, rounding) + zeroPoint - inside))
}

/**
 * The results where operands are first brought to the scale of the result, each for itself: those of sums by their factors, constants that
 * are moved or compared as numbers become codes.
 */
async function oneByOne(
  { made, network, scheme, type }: Compared,
  x: ReadonlyMap<string, Tensor>,
  executor: Executor,
): Promise<readonly (readonly number[])[]> {
  const isSum = /^(Add|Sub)/.test(network.form)
  if (!isSum && !/^(Concat|Max|Min|Where)/.test(network.form)) return []
  const { scale } = type.quant!
  const snap = (name: string, tensor: Tensor, rounding: RoundingMode): Tensor => {
    const { dtype, shape } = valueOf(made.graph, name).type
    const first = isSum ? firstRoundingOf(scheme.multipliers.operand, (made.steps.get(name) ?? scale) / scale) : undefined
    const rounded = (real: number): number => roundTo(first?.(real / scale) ?? real / scale, rounding) * scale
    return tensorOf({ dtype, shape }, numbersOf(tensor).map(rounded))
  }
  const { requantize, cast } = scheme.rounding
  const operands = isSum ? new Map([...x].map(([name, tensor]) => [name, snap(name, tensor, requantize)])) : x
  const rounded = made.rounded.map((graph) => ({
    ...graph,
    values: new Map(
      [...graph.values].map(([name, value]) => [
        name,
        value.constant === undefined ? value : { ...value, constant: snap(name, value.constant, isSum ? requantize : cast) },
      ]),
    ),
  }))
  return resultsOf(executor, { ...made, rounded, x: operands })
}
