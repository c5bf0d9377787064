/**
 * Prints `x` as Python's and C's `%.7f` do: exact ties go to the even digit, and -0 and tiny negatives keep their sign.
 *
 * `toFixed(7)` differs where x is an odd multiple of 1/256 (the only exact ties), at -0, and from 1e21 on.
 */
export function formatPercentF7(x: number): string {
  if (x !== x) return 'nan'
  const sign = x < 0 || Object.is(x, -0) ? '-' : ''
  const magnitude = Math.abs(x)
  if (magnitude === Infinity) return `${sign}inf`
  if (magnitude >= 1e21) return `${sign}${BigInt(magnitude)}.0000000`
  const text = magnitude.toFixed(7)
  const last = Number(text.at(-1))
  // toFixed went up from the tie, so an odd digit has the even one just below it
  const tie = Number.isInteger(magnitude * 256) && (magnitude * 256) % 2 === 1
  return sign + (tie && last % 2 === 1 ? text.slice(0, -1) + (last - 1) : text)
}
