import fc from 'fast-check'

/**
 * Choices that follow from a seed and the number of a case alone, so that any case can be made again by itself.
 *
 * @param {number} seed of the whole run
 * @param {number} index of the case
 */
export function randomSource(seed, index) {
  const [draw] = fc.sample(fc.gen(), { seed: (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) | 0, numRuns: 1 })
  /** A whole number from 0 to below `count`, each as often as the others. */
  const below = (count) => draw(evenly, count - 1)
  const pick = (list) => list[below(list.length)]
  return {
    below,
    pick,
    whole: (from, to) => from + below(to - from + 1),
    chance: (share) => below(1000) < share * 1000,
    /** Of about the size that network inputs have. */
    number: () => Math.fround((below(2 ** 24) / 2 ** 24 + below(2 ** 24) / 2 ** 24 + below(2 ** 24) / 2 ** 24 - 1.5) * 2),
    /** A number that readers of numbers trip over, or a usual one. */
    odd: () => (below(3) === 0 ? pick(oddNumbers) : below(20) - 4),
    list: (length, make) => Array.from({ length }, (_, i) => make(i)),
  }
}

const evenly = (most) => fc.noBias(fc.nat(most))

/** Sizes, counts and offsets at the edges of their types. */
export const oddNumbers = [
  0,
  -1,
  1,
  7,
  255,
  256,
  65535,
  65536,
  2 ** 24,
  2 ** 28,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 40,
  2 ** 53,
  -(2 ** 31),
  -(2 ** 63),
  1e9,
]

/** Words that are no usual names: of JavaScript's objects, of paths, of terminals, of no letters, of too many. */
export const oddNames = [
  '__proto__',
  'constructor',
  'valueOf',
  'hasOwnProperty',
  'toString',
  '',
  ' ',
  '.',
  '..',
  '../evil',
  '/tmp/evil',
  'a/b',
  'a\\b',
  'C:\\x',
  '\u0000',
  'a\nb',
  '\u001b[31m',
  '\u2028',
  'ä',
  '名',
  '😀',
  '%s',
  '%0',
  '@x',
  '#loc',
  '"',
  "'",
  '"quoted"',
  'a b',
  'a,b',
  'NaN',
  'null',
  '0',
  '-',
  '--json',
  'x'.repeat(300),
  'x'.repeat(70000),
  'con',
  'y.npy',
  '\ud800',
]
