import type { Backend } from '../contracts/backend.ts'
import type { Executor } from '../contracts/executor.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import { QError } from '../errors.ts'
import { codeLimitsOf } from '../graph/code-limits.ts'
import { valueOf } from '../graph/edges.ts'
import type { Graph, TensorType } from '../graph/types.ts'
import { verifyQuantized } from '../graph/verify-quantized.ts'
import { type RoundingMode, roundTo } from '../number/rounding.ts'
import { scalarOf } from '../ops/define.ts'
import { allOps } from '../ops/op-set.ts'
import { findScheme, schemeFor } from '../resolve/find-scheme.ts'
import { resolve } from '../resolve/resolve.ts'
import type { Resolved } from '../resolve/resolved.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { isComputedOtherwise } from './backend-deviation.ts'
import { checkEncodings } from './backend-encodings.ts'
import type { ExactSettings } from './backend-exact.ts'
import { wholeRange } from './backend-exact-cases.ts'
import { run } from './backend-run.ts'
import { codeGrid, floatGrid, type NumberedNetwork, numbered } from './network-numbers.ts'
import { filledAttrs, type OperatorNetwork } from './operator-networks.ts'
import { check } from './runner.ts'
import { numbersOf, tensorOf } from './small-graph.ts'

/**
 * Fails when the codes of a network are not what the scheme says of the float network: operands and constants are whole numbers of steps that
 * are powers of two, so every factor is exact and `code = saturate(round(number / scale) + zero point)` leaves only the rounding open. Where the chip gives a value
 * another scale, a hundredth of the number and a code and a half are allowed. What the chip computes in floats is held as {@link checkFloatNetwork} does.
 */
export async function checkNetwork(backend: Backend, network: OperatorNetwork, settings: ExactSettings, executor: Executor): Promise<void> {
  const { mode, asymmetric, kind } = settings
  const ofMode = findScheme(backend.target, mode, settings)
  const scheme = ofMode?.kind === 'integer' ? schemeFor(ofMode, network.form) : undefined
  const grid = scheme === undefined ? undefined : codeGrid(network, scheme, kind)
  if (grid === undefined || scheme === undefined) return
  const made = numbered(network, grid)
  const floats = await resultsOf(executor, made)
  const table = tableOf(made, floats[0]!, scheme, kind)
  const resolution = resolveOrRefuse(() => resolve(made.graph, table, new Map(), backend, { mode, asymmetric }))
  if (resolution === undefined || isComputedOtherwise(resolution, 'y')) return
  const resolved = resolution.graph
  verifyQuantized(resolved)
  checkEncodings(resolved, scheme)
  const maker = resolved.nodes.find(({ outputs }) => outputs.includes(resolved.outputs[0]!))
  const isOnCodes = maker?.op === 'DequantizeLinear'
  const fetched = isOnCodes ? maker.inputs[0]! : resolved.outputs[0]!
  const found = numbersOf((await run(executor, resolved, made.x, [fetched])).get(fetched)!)
  if (isOnCodes) await compareCodes({ network, made, scheme, resolved, type: valueOf(resolved, fetched).type }, found, executor)
  else compareFloats(found, floats[0]!, precisionOf(resolved))
}

/** Fails when the results of a network in a float mode are others than in float32, by more than a few last digits of the coarsest type on the way. */
export async function checkFloatNetwork(backend: Backend, network: OperatorNetwork, mode: QuantMode, executor: Executor): Promise<void> {
  const made = numbered(network, floatGrid(network))
  const wanted = (await resultsOf(executor, made))[0]!
  const resolution = resolveOrRefuse(() => resolve(made.graph, undefined, new Map(), backend, { mode }))
  if (resolution === undefined || isComputedOtherwise(resolution, 'y')) return
  const resolved = resolution.graph
  verifyQuantized(resolved)
  const [output] = resolved.outputs as [string]
  compareFloats(numbersOf((await run(executor, resolved, made.x, [output])).get(output)!), wanted, precisionOf(resolved))
}

/** A network that the chip refuses by name is not run: that it has the operator at all, other tests hold. */
function resolveOrRefuse(make: () => Resolved): Resolved | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof QError && error.code !== 'BACKEND_FAILED') return undefined
    throw error
  }
}

async function resultsOf(executor: Executor, { rounded, x }: NumberedNetwork): Promise<readonly (readonly number[])[]> {
  const found: (readonly number[])[] = []
  for (const graph of rounded) found.push(numbersOf((await run(executor, graph, x, ['y'])).get('y')!))
  return found
}

/** Rows in which each operand has its step, and the result the least power of two in which its numbers fit; where that is the operand's, four times or half of it. */
function tableOf(
  { x, steps, graph }: NumberedNetwork,
  results: readonly number[],
  { activations }: IntegerScheme,
  kind: ExactSettings['kind'],
): ReadonlyMap<string, ObservedRange> {
  const rowOf = ([low, high]: readonly [number, number], step: number): ObservedRange => {
    const [min, max] = [low * step, high * step]
    return { threshold: Math.max(-min, max), min, max }
  }
  const table = new Map([...x.keys()].map((name) => [name, rowOf(wholeRange(activations, kind)!, steps.get(name)!)]))
  const finite = results.filter((real) => Number.isFinite(real) && Math.abs(real) < 2 ** 20)
  const isPositive = kind === 'positive' && finite.every((real) => real >= 0)
  const range = wholeRange(activations, isPositive ? 'positive' : 'around zero')!
  const needed = Math.max(...finite.map((real) => real / (real < 0 ? range[0] || -range[1] : range[1])), 2 ** -16)
  const fitting = 2 ** Math.ceil(Math.log2(needed))
  const operand = steps.get('x0') ?? 1
  const step = fitting !== operand ? fitting : kind === 'positive' ? operand / 2 : operand * 4
  for (const name of graph.outputs) table.set(name, rowOf(range, step))
  return table
}

interface Compared {
  readonly network: OperatorNetwork
  readonly made: NumberedNetwork
  readonly scheme: IntegerScheme
  readonly resolved: Graph
  readonly type: TensorType
}

const isPowerOfTwo = (scale: number): boolean => Number.isInteger(Math.log2(scale))

async function compareCodes(compared: Compared, found: readonly number[], executor: Executor): Promise<void> {
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
  const isTwice =
    scheme.multipliers.sum.kind === 'quantized-multiplier' && network.operands.some(({ role }) => role === 'bias between codes')
  const unsure = isTwice ? 2 ** -3 : 1e-4
  const roundings = isTable ? [cast] : network.form === 'LeakyRelu' ? [requantize, cast] : [requantize]
  const misses = ideals.flatMap((numbers) =>
    roundings.flatMap((rounding) =>
      // A table rounds what it holds, the zero point included; sums are rounded before it is added.
      (isTable ? [0, zeroPoint] : [0]).map((inside) =>
        numbers.flatMap((real, i) =>
          isCode(found[i]!, real, { ...type.quant!, limited, inside, unsure, ...(isExact ? { rounding } : {}) }) ? [] : [i],
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
function asCodes({ made: { x }, resolved, scheme: { rounding } }: Compared): ReadonlyMap<string, Tensor> {
  return new Map(
    [...x].map(([name, tensor]) => {
      const made = resolved.nodes.find(({ op, inputs }) => op === 'QuantizeLinear' && inputs[0] === name)?.outputs[0]
      const type = made === undefined ? undefined : valueOf(resolved, made).type
      if (type?.quant === undefined) return [name, tensor]
      const { scale, zeroPoint } = type.quant
      const [min, max] = codeLimitsOf(type)
      const codeOf = (real: number): number => Math.min(max, Math.max(min, roundTo(real / scale, rounding.cast) + zeroPoint))
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
  /** @default a code and a half beside the number will do, and three hundredths of it */
  readonly rounding?: RoundingMode
}

/** From here on ties are unsure too: what was rounded before may have made them. */
const exactTies = 2 ** -5

/** Whether a code stands for a number: as it is rounded; either neighbour where a last digit decides. */
function isCode(found: number, real: number, { scale, zeroPoint, limited, inside, unsure, rounding }: CodeRule): boolean {
  if (!Number.isFinite(real)) return true
  const exact = real / scale
  if (rounding === undefined) return Math.abs(found - limited(exact + zeroPoint)) <= 1.5 + Math.abs(exact) / 32
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
  const snap = ({ dtype, shape }: TensorType, tensor: Tensor, rounding: RoundingMode): Tensor =>
    tensorOf(
      { dtype, shape },
      numbersOf(tensor).map((real) => roundTo(real / scale, rounding) * scale),
    )
  const { requantize, cast } = scheme.rounding
  const operands = isSum ? new Map([...x].map(([name, tensor]) => [name, snap(valueOf(made.graph, name).type, tensor, requantize)])) : x
  const rounded = made.rounded.map((graph) => ({
    ...graph,
    values: new Map(
      [...graph.values].map(([name, value]) => [
        name,
        value.constant === undefined ? value : { ...value, constant: snap(value.type, value.constant, isSum ? requantize : cast) },
      ]),
    ),
  }))
  return resultsOf(executor, { ...made, rounded, x: operands })
}

const digits = { bf16: 2 ** -8, f16: 2 ** -11 } as const

/** The last digit of the coarsest float on the way. */
function precisionOf({ values }: Graph): number {
  const types = new Set([...values.values()].map(({ type }) => type.dtype))
  return types.has('bf16') ? digits.bf16 : types.has('f16') ? digits.f16 : 2 ** -20
}

function compareFloats(found: readonly number[], wanted: readonly number[], precision: number): void {
  const largest = Math.max(...wanted.filter(Number.isFinite).map(Math.abs), 2 ** -20)
  const bound = 8 * precision * largest
  const off = found.findIndex(
    (number, i) => Number.isFinite(wanted[i]) && Math.abs(wanted[i]!) < 6e4 && !(Math.abs(number - wanted[i]!) <= bound),
  )
  check(found.length === wanted.length && off < 0, `result ${off} is ${found[off]}, ${wanted[off]} in float32; ${bound} is allowed`)
}
