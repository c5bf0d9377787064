import type { Backend } from '../contracts/backend.ts'
import type { Executor } from '../contracts/executor.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import { QError } from '../errors.ts'
import type { Graph, Quant } from '../graph/types.ts'
import { type AffineParams, codeParams } from '../number/quant-params.ts'
import { roundTo } from '../number/rounding.ts'
import { integerRange } from '../number/saturate.ts'
import { findScheme, schemeFor } from '../resolve/find-scheme.ts'
import { rangeImporter } from '../resolve/import-ranges.ts'
import { resolve } from '../resolve/resolve.ts'
import type { Resolved } from '../resolve/resolved.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { isComputedOtherwise, type Outcome } from './backend-deviation.ts'
import type { ExecutionCase } from './backend-execution-cases.ts'
import { checkComputedOnCodes } from './backend-on-codes.ts'
import { run } from './backend-run.ts'
import { dice } from './dice.ts'
import { errorsOf, weightError } from './execution-error.ts'
import { check } from './runner.ts'
import { numbersOf, tensorOf } from './small-graph.ts'

/** Ranges of the operands: symmetric, lopsided, and on one side of zero only. */
export const executionRanges = {
  symmetric: [-4, 4],
  lopsided: [-1, 5],
  positive: [0, 5],
  'far from zero': [1, 5],
  'mostly negative': [-6, 0.5],
} as const satisfies Readonly<Record<string, readonly [number, number]>>

/** How a case is resolved and run. */
export interface ExecutionSettings {
  readonly mode: QuantMode
  readonly asymmetric: boolean
  readonly range: readonly [min: number, max: number]
}

/**
 * Fails when the integers of a resolved network do not stand for the numbers of the float one.
 *
 * The same executor runs both. Operands become codes at most a step apart from the numbers; fed to the float network, what
 * these codes stand for gives results that may differ by the roundings on the way, by the last bits of the encoded factors,
 * and by nothing else. On the average roundings to nearest cancel out. Where codes have nothing below zero, numbers have neither.
 */
export async function checkExecution(
  backend: Backend,
  each: ExecutionCase,
  settings: ExecutionSettings,
  executor: Executor,
): Promise<Outcome> {
  const ofMode = findScheme(backend.target, settings.mode, settings)
  if (ofMode?.kind !== 'integer') return 'not run'
  const scheme = schemeFor(ofMode, each.form)
  const { mode, asymmetric } = settings
  const { graph } = each
  const inputs = graph.inputs.map(({ name }) => name)
  const stored = storedBy(scheme)
  const range = settings.range.map(stored) as [number, number]
  const x = new Map(inputs.map((name, i) => [name, tensorOf(graph.values.get(name)!.type, spread(graph, name, range, i))]))
  const importer = rangeImporter(graph, backend.target, { mode, asymmetric, highPrecision: false })
  const paramsOf = (name: string, row: ObservedRange): AffineParams => codeParams(importer.rangeOf(name, row)!, scheme.activations)
  const rounded = new Map([...x].map(([name, tensor]) => [name, asCodes(tensor, paramsOf(name, rowOf(range)), scheme)]))
  const layers = graph.nodes.map(({ outputs }) => outputs[0]!)
  const made = await run(executor, graph, x, layers)
  const ofCodes = await run(executor, graph, rounded, layers)
  const wanted = numbersOf(made.get('y')!).map(stored)
  const table = new Map<string, ObservedRange>(inputs.map((name) => [name, rowOf(range)]))
  for (const name of layers) table.set(name, roomFor([made, ofCodes].flatMap((results) => numbersOf(results.get(name)!).map(stored))))
  const resolution = resolveOrRefuse(refusalOf(each, scheme), () => resolve(graph, table, new Map(), backend, { mode, asymmetric }))
  if (resolution === undefined) return 'not run'
  if (isComputedOtherwise(resolution, { layer: 'y', form: each.form }, backend)) return 'computed otherwise'
  checkComputedOnCodes(backend, { form: each.form, layer: 'y', mode }, resolution)
  const resolved = resolution.graph
  const codes = operandCodes(resolved, inputs)
  const output = resolved.outputs[0]!
  const fetched = await run(executor, resolved, x, [output, ...codes.values()])
  const found = numbersOf(fetched.get(output)!)
  check(found.length === wanted.length, `${found.length} results, wanted ${wanted.length}`)

  await checkCodes(resolved, x, scheme, executor)
  const stepOf = (name: string): number => paramsOf(name, table.get(name)!).scale
  const step = stepOf('y')
  const widest = Math.max(...[...table.keys()].map(stepOf))
  const errors = errorsOf(each, scheme, { operands: inputs.map(stepOf), result: step })
  const ofWeights = weightError(scheme, each, x, step)
  if (each.isCopy === true) {
    // The operand's own rounding and the copy's: whichever range the codes have.
    compare(
      found,
      wanted,
      wanted.map((y) => (2 + errors.ofFirst) * widest + errors.ofFactors * Math.abs(y) + ofWeights),
      step,
    )
    return 'compared'
  }
  const given = new Map([...x].map(([name, tensor]) => [name, standingFor(resolved, codes.get(name), fetched) ?? tensor]))
  for (const [name, tensor] of given) {
    const [real, code] = [numbersOf(x.get(name)!), numbersOf(tensor)]
    const off = real.findIndex((number, i) => !(Math.abs(number - code[i]!) <= 1.01 * widest))
    check(off < 0, `the codes of ${name} stand for ${code[off]} where the number is ${real[off]}; a step is ${widest}`)
  }
  const floats = (await resultOf(executor, graph, given)).map(stored)
  // Codes that become float32 by way of bfloat16 are rounded with their scale, and again.
  const ofCasts = backend.target.casts?.through === undefined ? 0 : 2 ** -8
  const terms = each.scaled === 'operands' ? magnitudes(given, floats.length) : floats.map(Math.abs)
  const isTable = resolved.nodes.some(({ op }) => op === 'Lut')
  const { cast, table: ofTables = cast } = scheme.rounding
  const nearest = (isTable ? ofTables : scheme.rounding.requantize).startsWith('half')
  const rounding = (nearest ? 0.5 : 1) * each.roundings + 0.25 + errors.ofFirst
  compare(
    found,
    floats,
    terms.map((term, i) => rounding * step + errors.ofFactors * term + ofWeights + ofCasts * Math.abs(floats[i]!)),
    step,
  )
  if (nearest && new Set(floats).size >= enoughToAverage) {
    const constants = 0.5 * step * (each.sameRoundings ?? 0)
    // Factors that are powers of two make ties of every other number, and all of them may go one way.
    const ties = (scheme.activations.scale ?? 'exact') !== 'exact' ? 0.25 * step * each.roundings : 0
    checkMean(
      found,
      floats,
      step,
      errors.ofFactors * mean(terms) + errors.ofFirst * step + ofWeights + constants + ties + ofCasts * mean(floats.map(Math.abs)),
    )
  }
  return 'compared'
}

/** Of so many roundings to nearest the mean is within a fifth of a step, to three standard deviations. */
const enoughToAverage = 19

/** A number as the scheme can store it at all: unsigned codes without a zero point have nothing below zero. */
function storedBy({ activations: { sign, zeroPoint } }: IntegerScheme): (number: number) => number {
  return sign === 'unsigned' && zeroPoint === 'none' ? (number) => Math.max(0, number) : (number) => number
}

/** What stands for the numbers of a tensor once they have become codes. */
function asCodes({ dtype, shape, data }: Tensor, { scale, zeroPoint, signed }: AffineParams, scheme: IntegerScheme): Tensor {
  const { bits } = scheme.activations
  const least = signed ? -(2 ** (bits - 1)) : 0
  const codeOf = (number: number): number => {
    const code = roundTo(number / scale, scheme.rounding.cast) + zeroPoint
    return Math.min(least + 2 ** bits - 1, Math.max(least, code))
  }
  return tensorOf(
    { dtype, shape },
    Array.from(data as Float32Array, (number) => (codeOf(number) - zeroPoint) * scale),
  )
}

/** The error with which a back end may refuse a case: its own, and that sums of codes of 16 bits have no room in 32. */
function refusalOf({ mayRefuse }: ExecutionCase, { activations, weights, bias }: IntegerScheme): string | undefined {
  return mayRefuse ?? (activations.bits + weights.bits === 32 && bias !== 'i64' ? 'BIAS_OUT_OF_RANGE' : undefined)
}

/** Nothing where a back end refuses what it may refuse. */
function resolveOrRefuse(code: string | undefined, make: () => Resolved): Resolved | undefined {
  try {
    return make()
  } catch (error) {
    if (code !== undefined && error instanceof QError && error.code === code) return undefined
    throw error
  }
}

/** Fails when numbers far out of their ranges become codes that the scheme does not have, in an element type that holds more. */
async function checkCodes(
  resolved: Graph,
  x: ReadonlyMap<string, Tensor>,
  { activations: { bits } }: IntegerScheme,
  executor: Executor,
): Promise<void> {
  if (bits !== 4) return
  const names = resolved.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => {
      const { dtype, quant } = resolved.values.get(name)!.type
      return quant !== undefined && (dtype === 'i8' || dtype === 'u8')
    })
  const beyond = new Map(
    [...x].map(([name, { shape, data }]) => [
      name,
      tensorOf(
        { dtype: 'f32', shape },
        Array.from(data as Float32Array, (v) => 9 * v),
      ),
    ]),
  )
  for (const [name, tensor] of await run(executor, resolved, beyond, names)) {
    const { min, max } = integerRange(resolved.values.get(name)!.type.dtype === 'i8' ? 'i4' : 'u4')
    const off = numbersOf(tensor).find((code) => !(code >= min && code <= max))
    check(off === undefined, `${name} has the code ${off}, the scheme codes of ${bits} bits: ${min} to ${max}`)
  }
}

function compare(found: readonly number[], wanted: readonly number[], bounds: readonly number[], step: number): void {
  const off = found.findIndex((number, i) => !(Math.abs(number - wanted[i]!) <= bounds[i]!))
  check(
    off < 0,
    `result ${off} is ${found[off]}, ${Math.abs(found[off]! - wanted[off]!) / step} steps from ${wanted[off]} in floats; ${bounds[off]! / step} are allowed`,
  )
}

/** Fails when results are too large, or too small, throughout: numbers were cut off where they should have been rounded. */
function checkMean(found: readonly number[], wanted: readonly number[], step: number, slack: number): void {
  const bias = mean(found.map((number, i) => number - wanted[i]!))
  check(Math.abs(bias) <= 0.2 * step + slack, `results are ${bias / step} steps too large on the average: are numbers rounded to nearest?`)
}

const mean = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0) / numbers.length

/** A row with a tenth more room than numbers take, so that nothing is cut off that codes of the operands make a little larger. */
function roomFor(numbers: readonly number[]): ObservedRange {
  return rowOf([1.1 * Math.min(0, ...numbers), 1.1 * Math.max(0, ...numbers)])
}

const rowOf = ([min, max]: readonly [number, number]): ObservedRange => ({ threshold: Math.max(-min, max), min, max })

/** The sum of the magnitudes of the operands at each place. */
function magnitudes(given: ReadonlyMap<string, Tensor>, count: number): readonly number[] {
  const operands = [...given.values()].map(numbersOf)
  return Array.from({ length: count }, (_, i) => operands.reduce((total, operand) => total + Math.abs(operand[i]!), 0))
}

/** Where each input of the network becomes codes first. */
function operandCodes(resolved: Graph, inputs: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { op, inputs: from, outputs } of resolved.nodes) {
    const name = from[0]
    if (op === 'QuantizeLinear' && name !== undefined && inputs.includes(name) && !found.has(name)) found.set(name, outputs[0]!)
  }
  return found
}

/** The numbers that fetched codes stand for, by their type. */
function standingFor(resolved: Graph, name: string | undefined, fetched: ReadonlyMap<string, Tensor>): Tensor | undefined {
  if (name === undefined) return undefined
  const { shape, quant } = resolved.values.get(name)!.type
  const { scale, zeroPoint } = quant as Quant
  return tensorOf(
    { dtype: 'f32', shape },
    numbersOf(fetched.get(name)!).map((code) => Math.fround((code - zeroPoint) * scale)),
  )
}

/** Numbers all over a range, its ends among them, in no order, the same at every run. */
function spread(graph: Graph, name: string, [min, max]: readonly [number, number], seed: number): readonly number[] {
  const count = graph.values.get(name)!.type.shape.reduce((all, d) => all * d, 1)
  const roll = dice(7919 * (seed + 1))
  return Array.from({ length: count }, (_, i) => {
    const place = roll()
    return i === 0 ? min : i === 1 ? max : Math.fround(min + (max - min) * place)
  })
}

async function resultOf(executor: Executor, graph: Graph, feeds: ReadonlyMap<string, Tensor>): Promise<readonly number[]> {
  return numbersOf((await run(executor, graph, feeds, ['y'])).get('y')!)
}
