/** Rounding modes of the graph and their names in the text. */
export const roundingWords: Readonly<Record<string, string>> = {
  'half-away-from-zero': 'HalfAwayFromZero',
  'half-up': 'HalfUp',
  'half-down': 'HalfDown',
  'half-to-even': 'HalfToEven',
  'toward-zero': 'TowardsZero',
  down: 'Down',
  up: 'Up',
}
