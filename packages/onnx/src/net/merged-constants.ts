import type { Literal } from '../fold/literal.ts'

type Numbers = Literal['data'] | readonly number[]

/** Magnitudes that neither overflow nor lose bits when two of them are multiplied with each other and with an activation. */
const [smallest, largest] = [2 ** -40, 2 ** 40]

/** The largest magnitude; NaN where there is one. */
export const magnitude = (numbers: Numbers): number => (numbers as number[]).reduce((most, each) => Math.max(most, Math.abs(each)), 0)

/**
 * Whether factors, and a product of two lists of them, can stand for each other in any order: `x a b` for `x (a b)`, `sum(x w) f` for
 * `sum(x (w f))`. Elements that are small next to others of their list do not count; zeros are zeros in any order.
 */
export const areMergeable = (...lists: readonly Numbers[]): boolean =>
  lists.every((list) => {
    const most = magnitude(list)
    return most === 0 || (most >= smallest && most <= largest)
  })

/** Largest terms that leave all numbers of float32 their place next to the largest of them. */
const largestTerm = 2 ** 102
/** How many times a term may be larger than what is left of it: the first of two sums loses `2^-24` of it, which may be 1e-5 of the result. */
const cancelled = 1e-5 * 2 ** 24
/** Terms up to which activations are not taken to be so large that they cancel. */
const small = 64
/** What an activation is taken to be at least: without it terms that cancel would never be merged. */
const usual = 2 ** -6

/**
 * Whether terms added in a row can be added as one. They cannot where the first makes a sum so large that it loses bits that are still there when
 * the second has taken it away: that is a way of rounding (`x + 1.5 * 2^23 - 1.5 * 2^23`), and the same with terms that overflow.
 *
 * @param first what is added first, in the scale of the result
 * @param merged the sum of both
 * @param factors by which an activation is multiplied, one for all or one for each term
 */
export function termsAreMergeable(first: Numbers, merged: Numbers, factors: Numbers): boolean {
  const most = magnitude((merged as number[]).filter(Number.isFinite))
  return (merged as number[]).every((sum, i) => {
    const [term, factor] = [Math.abs(first[i]!), Math.abs(factors[factors.length === 1 ? 0 : i]!)]
    // Infinite terms make the same of everything, in any order.
    if (!Number.isFinite(term)) return true
    if (!Number.isFinite(sum)) return term <= largestTerm
    return (
      Math.max(term, Math.abs(sum)) <= largestTerm &&
      term <= cancelled * Math.max(Math.abs(sum), usual * Math.min(most, small), usual * factor)
    )
  })
}

/**
 * Whether a factor can be multiplied into a sum of products and terms: `x (w f) + t f` for `(x w + t) f`. It cannot where the terms are so much larger
 * than the products that the sum is rounded by them, or takes them away again.
 *
 * @param factors by which an activation is multiplied, one for all or one for each term
 */
export const termsAreScalable = (terms: Numbers, factors: Numbers): boolean =>
  (terms as number[]).every((term, i) => {
    const most = Math.max(small, cancelled * Math.abs(factors[factors.length === 1 ? 0 : i]!))
    return Math.abs(term) <= most || !Number.isFinite(term)
  })
