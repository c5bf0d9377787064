/** `base` to the power `exponent` as IEEE 754 and ONNX have it, in double: 1 to any power is 1 and -1 to an infinite one too, where ECMAScript gives NaN. */
export function power(base: number, exponent: number): number {
  const isOne = base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)
  return isOne ? 1 : base ** exponent
}

/** The remainder of `a / b` with the sign of `b`, never -0. It is exact, but for the sum of operands of different signs, which is rounded to double. */
export function remainder(a: number, b: number): number {
  const rest = a % b
  if (rest === 0) return 0
  return rest < 0 === b < 0 ? rest : rest + b
}
