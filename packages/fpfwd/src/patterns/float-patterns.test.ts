import { type Graph, graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../test/error-of.ts'
import type { Family } from './family.ts'
import { floatPatterns } from './float-patterns.ts'

const conv = '{strides = [1, 1], pads = [0, 0, 0, 0]}'
const pool = '{kernel_shape = [3, 3], strides = [1, 1], pads = [1, 1, 1, 1]}'
const lines = [
  `near = MaxPool(x) ${pool}`,
  `far = MaxPool(near) ${pool}`,
  `farthest = MaxPool(far) ${pool}`,
  'all = Concat(x, near, far, farthest) {axis = 1}',
  `one = Silu(x)`,
  `oneHead = Conv(one, filter) ${conv}`,
  'oneFlat = Reshape(oneHead) {shape = [1, 4, 64]}',
  `two = Conv(x, filter) {strides = [1, 1], pads = [0, 0, 0, 0], relu = true}`,
  `twoHead = Conv(two, filter) ${conv}`,
  'twoFlat = Reshape(twoHead) {shape = [1, 4, 64]}',
  'found = Concat(oneFlat, twoFlat) {axis = 2}',
]
const netOf = (text: readonly string[]): Graph => graph`
  x: f32[1,4,8,8]
  filter: f32[4,4,1,1] = 0.5
  ${text.join('; ')}
  return all, found
`
/** The same network with the heads before the poolings. */
const otherOrder = [...lines.slice(7, 10), ...lines.slice(4, 7), ...lines.slice(0, 4), ...lines.slice(10)]

describe('floatPatterns', () => {
  it.each([
    ['as written', lines],
    ['in another order', otherOrder],
  ])('keeps the tails behind the last convolutions, the file %s', (_, text) => {
    const found = floatPatterns(netOf(text))
    expect(found).toMatchObject({ family: 'yolo', count: 1 })
    expect(new Set(found!.layers.map(({ layer }) => layer))).toEqual(new Set(['oneHead', 'oneFlat', 'twoHead', 'twoFlat', 'found']))
  })
  it.each<[string, unknown, readonly string[], RegExp]>([
    ['a family without signs', [{ name: 'mine', keep: [] }], ['families[0]', 'knownBy'], /example/],
    ['one that is no list', { name: 'mine', knownBy: [], keep: [] }, ['families'], /square brackets/],
    ['a text', ['yolo'], ['families[0]'], /curly brackets/],
    [
      'an operand that is none, behind a family that is found',
      [
        { name: 'first', knownBy: [{ block: { a: 'MaxPool' } }], keep: [] },
        { name: 'mine', knownBy: [{ block: { a: 'Conv(b)' } }], keep: [] },
      ],
      ['families[1]', 'knownBy[0]', 'block', 'a'],
      /may be anything/,
    ],
  ])('refuses %s', (_, families, at, hint) => {
    const error = errorOf(() => floatPatterns(netOf(lines), { families: families as readonly Family[] }))
    expect(error).toMatchObject({ code: 'PATTERN_INVALID', at, kind: 'usage' })
    expect(error.hint).toMatch(hint)
    expect(error.found).toBeTruthy()
    expect(error.wanted).toBeTruthy()
  })
  it('finds no family where poolings are not joined', () => {
    expect(floatPatterns(netOf(lines.with(3, 'all = Concat(x, near, farthest) {axis = 1}')))).toBeUndefined()
  })
})
