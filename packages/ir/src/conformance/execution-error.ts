import type { IntegerScheme } from '../contracts/scheme.ts'
import { codeParams } from '../number/quant-params.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { ExecutionCase } from './backend-execution-cases.ts'
import { anyFirstRounding, encodingError, firstRounding } from './factor-error.ts'
import { numbersOf } from './small-graph.ts'

/** The steps of the codes of a case. */
export interface CaseSteps {
  readonly operands: readonly number[]
  readonly result: number
}

/** What the encoding of factors may do to the results of a case. */
export interface FactorErrors {
  /** Relative to the numbers that meet the factors. */
  readonly ofFactors: number
  /** In steps of the result: what the first of two roundings adds. */
  readonly ofFirst: number
}

/** How far encoded factors, and the first of two roundings where an encoding has two, may bring results from the real ones. */
export function errorsOf(each: ExecutionCase, scheme: IntegerScheme, { operands, result }: CaseSteps): FactorErrors {
  const { multipliers } = scheme
  const encodings = (each.factors ?? []).map((use) => ({ use, encoding: multipliers[use] }))
  const ofCodes = operands.reduce((product, step) => product * step, weightStep(scheme, each) ?? 1) / result
  const largest = (numbers: readonly number[]): number => Math.max(0, ...numbers)
  const ofFactors = largest(encodings.map(({ use, encoding }) => encodingError(encoding, use === 'product' || use === 'sum' ? ofCodes : 1)))
  if (each.isCopy === true) {
    // The convolution in front has a factor too.
    const ofSums = encodingError(multipliers.sum, 1)
    const ofFirst = anyFirstRounding(multipliers.sum) + largest(encodings.map(({ encoding }) => anyFirstRounding(encoding)))
    return { ofFactors: (1 + ofSums) * (1 + ofFactors) - 1, ofFirst }
  }
  if (each.scaled === 'operands') {
    const steps = operands.map((step) => largest(encodings.map(({ encoding }) => firstRounding(encoding, step / result))))
    const ofConstants = hasConstants(each) ? largest(encodings.map(({ encoding }) => anyFirstRounding(encoding))) : 0
    return { ofFactors, ofFirst: steps.reduce((sum, step) => sum + step, ofConstants) }
  }
  const factors = [ofCodes, ofCodes / (each.places ?? 1)]
  return { ofFactors, ofFirst: largest(encodings.flatMap(({ encoding }) => factors.map((factor) => firstRounding(encoding, factor)))) }
}

const hasConstants = ({ graph }: ExecutionCase): boolean => [...graph.values.values()].some(({ constant }) => constant !== undefined)

/** The constant weights of a case, those of a convolution in front among them: the ones of the largest step. */
function weightsOf({ graph }: ExecutionCase): Tensor | undefined {
  const constants = [...graph.values.values()].flatMap(({ type, constant }) =>
    constant !== undefined && type.shape.length > 1 ? [constant] : [],
  )
  return constants.reduce<Tensor | undefined>(
    (most, each) => (most === undefined || largestOf([each]) > largestOf([most]) ? each : most),
    undefined,
  )
}

const largestOf = (tensors: Iterable<Tensor>): number => Math.max(...[...tensors].flatMap((tensor) => numbersOf(tensor).map(Math.abs)))

/** What one code of the weights stands for, where the case has any. */
function weightStep({ weights }: IntegerScheme, each: ExecutionCase): number | undefined {
  const constant = weightsOf(each)
  if (constant === undefined) return undefined
  const largest = largestOf([constant])
  return codeParams({ min: -largest, max: largest }, weights).scale
}

/**
 * How far results may be off by the weights, which are the ends of their range: codes with a zero point miss them by half a step, and roundings that are not to the nearest
 * by a whole one, by the last digit of a scale.
 */
export function weightError(
  { weights, rounding }: IntegerScheme,
  each: ExecutionCase,
  given: ReadonlyMap<string, Tensor>,
  step: number,
): number {
  const constant = weightsOf(each)
  const isExact = weights.zeroPoint === 'none' && (weights.scale ?? 'exact') === 'exact' && rounding.weight.startsWith('half')
  if (constant === undefined || isExact) return 0
  const ofOne = codeParams({ min: -largestOf([constant]), max: largestOf([constant]) }, weights).scale
  return ofOne * largestOf(given.values()) * (constant.data.length / constant.shape[0]!) + step / 2
}
