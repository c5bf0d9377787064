import type { ResolveSettings } from '../contracts/backend.ts'
import type { FloatScheme, IntegerScheme, Scheme } from '../contracts/scheme.ts'
import type { Target } from '../contracts/target.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { RoundingMode } from '../number/rounding.ts'
import type { QuantMode } from '../tables/quant-mode.ts'

/** What a mode stores, with zero points where the settings want them; `undefined` for a mode that the target does not have. */
export function findScheme(target: Target, mode: QuantMode, { asymmetric }: Pick<ResolveSettings, 'asymmetric'>): Scheme | undefined {
  return (asymmetric ? target.asymmetricSchemes?.[mode] : undefined) ?? target.schemes[mode]
}

/** {@link findScheme} of a mode that the target must have; one that it names and does not describe is a defect of the back end. */
export function schemeOf(target: Target, mode: QuantMode, settings: Pick<ResolveSettings, 'asymmetric'>): Scheme {
  const scheme = findScheme(target, mode, settings)
  if (scheme === undefined) throw new Error(`the target ${target.name} uses the mode ${mode} and has no scheme for it`)
  return scheme
}

/**
 * A scheme as it holds for one operator, whose requantized numbers the chip may round in its own way: `rounding.requantize` is that
 * way, `rounding.requantizeOf` is taken in. The same object for the same scheme and operator.
 */
export function schemeFor<T extends Scheme>(scheme: T, form: OpForm): T {
  if (scheme.kind === 'float' || scheme.rounding.requantizeOf === undefined) return scheme
  const { requantizeOf, ...rounding } = scheme.rounding
  const requantize = requantizeOf[form] ?? requantizeOf[form.replace('#constant', '') as OpForm]
  if (requantize === undefined || requantize === rounding.requantize) return scheme
  const known = own.get(scheme) ?? new Map<RoundingMode, IntegerScheme>()
  own.set(scheme, known)
  const made = known.get(requantize) ?? { ...scheme, rounding: { ...rounding, requantize } }
  known.set(requantize, made)
  return made as T
}

const own = new WeakMap<IntegerScheme, Map<RoundingMode, IntegerScheme>>()

/** How codes are stored next to a layer of some mode: by that mode, else by the graph's, else by the first integer mode of the target; `undefined` when it has none. */
export function integerSchemeNear(
  target: Target,
  mode: QuantMode,
  settings: Pick<ResolveSettings, 'mode' | 'asymmetric'>,
): IntegerScheme | undefined {
  const schemes = [mode, settings.mode, ...target.modes].map((each) => findScheme(target, each, settings))
  return schemes.find((scheme): scheme is IntegerScheme => scheme?.kind === 'integer')
}

/** How bfloat16 numbers of a layer of some mode are made: by that mode, else by the first mode of the target that has any; `undefined` when none has. */
export function bf16SchemeNear(target: Target, mode: QuantMode, settings: Pick<ResolveSettings, 'asymmetric'>): FloatScheme | undefined {
  const schemes = [mode, ...target.modes].map((each) => findScheme(target, each, settings))
  return schemes.find((scheme): scheme is FloatScheme => scheme?.kind === 'float' && scheme.dtype === 'bf16')
}
