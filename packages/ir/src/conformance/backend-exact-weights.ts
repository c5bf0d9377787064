import type { IntegerScheme } from '../contracts/scheme.ts'
import { roundTo } from '../number/rounding.ts'
import { type ExactWeights, wholeRange } from './backend-exact-cases.ts'
import { dice } from './dice.ts'
import { f32, type SmallValue } from './small-graph.ts'

/** Weights and bias that are codes. */
export interface MadeWeights {
  /** The step of the weights of the first channel, the coarsest one. */
  readonly step: number
  readonly names: readonly string[]
  readonly constants: Readonly<Record<string, SmallValue>>
  /** The same rounded to the step of the first channel; absent where all channels have it. */
  readonly coarse?: Readonly<Record<string, SmallValue>>
}

/** The step of weights of the first channel. */
const coarsest = 2 ** -4

/**
 * By which power of two the weights of a channel are finer than those of the first one, where channels have scales of their own: each another, in an order
 * without a period, so that a factor which stands at another channel's place is wrong there.
 */
export const finenessOf = (channel: number, channels: number): number => (channels % 3 === 0 ? channel : (3 * channel) % channels)

/**
 * Small whole numbers of steps, and in the last taps of each channel the ends of the range, which make the scale the step.
 *
 * @param operand the step of its codes, and the multiple that they are
 * @returns `undefined` where no range of the scheme's weights has a power of two for a scale
 */
export function exactWeights(
  { shape, channels, place, isBiased }: ExactWeights,
  scheme: IntegerScheme,
  operand: { readonly step: number; readonly multiple: number },
): MadeWeights | undefined {
  const range = wholeRange({ ...scheme.weights, granularity: 'per-tensor' }, 'around zero')
  if (range === undefined) return undefined
  const isPerAxis = scheme.weights.granularity === 'per-axis'
  const stepOf = (channel: number): number => coarsest / (isPerAxis ? 2 ** finenessOf(channel, channels) : 1)
  const roll = dice(1789)
  const count = shape.reduce((all, d) => all * d, 1)
  const taps = count / channels
  const codes = new Array<number>(count).fill(0)
  for (let channel = 0; channel < channels; channel++) {
    for (let tap = 0; tap < taps; tap++) {
      const small = Math.max(range[0], Math.floor(roll() * 7) - 3)
      codes[place(channel, tap)] = tap === taps - 1 ? range[1] : tap === taps - 2 ? range[0] : small
    }
  }
  const weights = new Array<number>(count)
  for (let channel = 0; channel < channels; channel++)
    for (let tap = 0; tap < taps; tap++) weights[place(channel, tap)] = codes[place(channel, tap)]! * stepOf(channel)
  const bias = Array.from(
    { length: channels },
    (_, channel) => [3, -5, 7, -2][channel % 4]! * operand.multiple * operand.step * stepOf(channel),
  )
  const constantsOf = (w: readonly number[], b: readonly number[]): Readonly<Record<string, SmallValue>> => ({
    w: { type: f32(...shape), constant: w },
    ...(isBiased ? { b: { type: f32(channels), constant: b } } : {}),
  })
  const inSteps = (unit: number) => (each: number) => roundTo(each / unit, scheme.rounding.weight) * unit
  return {
    step: coarsest,
    names: isBiased ? ['w', 'b'] : ['w'],
    constants: constantsOf(weights, bias),
    ...(isPerAxis ? { coarse: constantsOf(weights.map(inSteps(coarsest)), bias.map(inSteps(coarsest * operand.step))) } : {}),
  }
}
