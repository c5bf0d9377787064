import type { AttrValue } from '@q/ir'
import type { Field } from '../codec/field.ts'
import { field, lax } from '../codec/field.ts'
import type { WriteForm } from '../codec/spelling.ts'

/** Ways of requantization and their names in the text. */
export const requantizeWords = { 'multiplier-shift': 'MultiplierShift', 'quantized-multiplier': 'QDM', shift: 'OnlyShift' }

/** The text's attribute for the way of requantization; sums without any say MultiplierShift too. */
export const quantMode: Field = field('enum:rq_mode', 'quant_mode', 'requantize', {
  value: 'MultiplierShift',
  words: { ...requantizeWords, none: 'MultiplierShift' },
})

/** The rounding an operation computes with, whatever its `round_mode` says: TFLite's way rounds half away from zero, others half up. */
export function impliedRounding(requantize: AttrValue | undefined): string {
  return requantize === 'quantized-multiplier' ? 'half-away-from-zero' : 'half-up'
}

/** Whether a node rounds as the text's operation does. */
export function roundsAsImplied({ attrs }: WriteForm): boolean {
  return attrs['requantize'] === 'none' || attrs['rounding'] === impliedRounding(attrs['requantize'])
}

/** A ReLU without a limit: codes are limited by saturation. */
export const plainRelu: readonly Field[] = [field('bool', 'do_relu', 'relu', { value: false }), lax('f64', 'relu_limit', -1)]
export const noRelu: readonly Field[] = [lax('bool', 'do_relu', false), lax('f64', 'relu_limit', -1)]

export const multiplierAndShift: readonly Field[] = [
  field('si32', 'multiplier', 'multipliers', { value: 1, single: true }),
  field('si32', 'rshift', 'shifts', { value: 0, single: true }),
]
/** A float operation has the same attributes without a meaning. */
export const idleMultiplier: readonly Field[] = [lax('si32', 'multiplier', 1), lax('si32', 'rshift', 0)]
/** The way of requantization of an operation that does not requantize. */
export const idleQuantMode = lax('enum:rq_mode', 'quant_mode', 'MultiplierShift')

export const multipliersAndShifts: readonly Field[] = [
  field('ints', 'multipliers', 'multipliers', { absent: [] }),
  field('ints', 'rshifts', 'shifts', { absent: [] }),
]

export const textRounding = (value = 'HalfAwayFromZero'): Field => lax('enum:round_mode', 'round_mode', value)
