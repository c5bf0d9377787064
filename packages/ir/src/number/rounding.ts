/** How a number between two integers becomes one of them. */
export type RoundingMode = 'half-up' | 'half-down' | 'half-away-from-zero' | 'half-to-even' | 'toward-zero' | 'down' | 'up'

/**
 * Rounds to the nearest integer, halves away from zero (C `round`).
 *
 * Exact for every double (no `x + 0.5`, which errs just below one half and above 2^52). The result is
 * never -0; infinities and NaN are returned as they are.
 */
export function roundHalfAway(x: number): number {
  const whole = Math.trunc(x)
  const rest = x - whole
  if (rest >= 0.5) return whole + 1
  if (rest <= -0.5) return whole - 1
  return whole + 0
}

/** Rounds to the nearest integer, halves toward plus infinity: floor(x + 1/2) in exact arithmetic. Never -0. */
export function roundHalfUp(x: number): number {
  const whole = Math.trunc(x)
  const rest = x - whole
  if (rest >= 0.5) return whole + 1
  if (rest < -0.5) return whole - 1
  return whole + 0
}

/** Rounds to the nearest integer, halves toward minus infinity: ceil(x - 1/2) in exact arithmetic. Never -0. */
export function roundHalfDown(x: number): number {
  const whole = Math.trunc(x)
  const rest = x - whole
  if (rest > 0.5) return whole + 1
  if (rest <= -0.5) return whole - 1
  return whole + 0
}

/** Rounds to the nearest integer, halves to the even neighbour (C `nearbyint`, NumPy `rint`). Never -0. */
export function roundHalfEven(x: number): number {
  const whole = Math.trunc(x)
  const rest = x - whole
  if (rest > 0.5 || (rest === 0.5 && whole % 2 !== 0)) return whole + 1
  if (rest < -0.5 || (rest === -0.5 && whole % 2 !== 0)) return whole - 1
  return whole + 0
}

/** {@link roundHalfEven} with the sign of zero kept: what rounds to zero from below gives -0, as in C and in ONNX's Round. */
export function roundHalfEvenSigned(x: number): number {
  const rounded = roundHalfEven(x)
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded
}

const rounders: Readonly<Record<RoundingMode, (x: number) => number>> = {
  'half-up': roundHalfUp,
  'half-down': roundHalfDown,
  'half-away-from-zero': roundHalfAway,
  'half-to-even': roundHalfEven,
  'toward-zero': (x) => Math.trunc(x) + 0,
  down: (x) => Math.floor(x) + 0,
  up: (x) => Math.ceil(x) + 0,
}

/** Every rounding mode. */
export const roundingModes = Object.keys(rounders) as readonly RoundingMode[]

/** Rounds `x` to an integer number by `mode`; never -0, infinities and NaN unchanged. */
export function roundTo(x: number, mode: RoundingMode): number {
  return rounders[mode](x)
}
