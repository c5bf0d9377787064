import { mutateBytes } from './mutate-bytes.mjs'
import { oddNames } from './random.mjs'

/** A text whose words, numbers, lines and brackets were changed, left out, doubled or swapped. @param {Buffer} bytes */
export function mutateText(bytes, random) {
  if (random.chance(0.15)) return mutateBytes(bytes, random)
  let text = bytes.toString()
  for (let left = random.pick([1, 1, 2, 3]); left > 0; left--) text = random.pick(mutations)(text, random)
  return Buffer.from(text)
}

const mutations = [
  (text, random) =>
    replaced(text, /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, random, () => String(random.chance(0.2) ? random.pick(oddTexts) : random.odd())),
  (text, random) => replaced(text, /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, random, () => String(random.odd())),
  (text, random) => replaced(text, /[A-Za-z_]\w*/g, random, (_, others) => random.pick(others)[0]),
  (text, random) => replaced(text, /"[^"\n]*"/g, random, () => `"${random.pick(oddNames)}"`),
  (text, random) => replaced(text, /[A-Za-z_]\w*/g, random, () => random.pick(oddNames)),
  (text, random) => replaced(text, /[[\](){}<>,:=x]/g, random, () => random.pick(['', '[', ']', '{', '}', ',', ':', '<', '((((', '[[[['])),
  (text, random) =>
    replaced(text, /(?<=[(=:]\s*)\[?[^\s[\]]+/g, random, ([found]) => random.pick(['['.repeat(20000), found.repeat(3), '[]', '"x"', '-'])),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 1)),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, lines[random.below(lines.length)])),
  (text, random) =>
    onLines(text, random, (lines, at) => {
      const other = random.below(lines.length)
      ;[lines[at], lines[other]] = [lines[other], lines[at]]
    }),
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, random.pick(oddNames))),
]

const oddTexts = [
  'nan',
  'inf',
  '-inf',
  '1e999',
  '1e-999',
  '0x7FC00000',
  '0xFFFFFFFFFFFFFFFFFF',
  '99999999999999999999',
  '1.2.3',
  'true',
  '"0"',
  '-0',
  '1e400',
]

/** A text with one of the places that a pattern finds replaced. */
function replaced(text, pattern, random, replacement) {
  const places = [...text.matchAll(pattern)]
  if (places.length === 0) return text
  const place = random.pick(places)
  return text.slice(0, place.index) + replacement(place, places) + text.slice(place.index + place[0].length)
}

function onLines(text, random, change) {
  const lines = text.split('\n')
  change(lines, random.below(lines.length))
  return lines.join('\n')
}
