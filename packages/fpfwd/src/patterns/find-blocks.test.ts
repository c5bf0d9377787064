import { describe, expect, it } from 'vitest'
import { sketch } from '../../test/sketch.ts'
import { families } from './families/all-families.ts'
import type { KeepRule, Sign, SmallGraph } from './family.ts'
import { findBlocks } from './find-blocks.ts'
import { floatPatterns } from './float-patterns.ts'
import { networkOf } from './network.ts'

const countOf = (text: string, block: SmallGraph): number => findBlocks(networkOf(sketch(text)), block).matches.length
const keptBy = (text: string, rule: KeepRule): string =>
  floatPatterns(sketch(text), { families: [{ name: 'any', knownBy: [{ block: { any: '*' } }], keep: [rule] }] })!
    .layers.map(({ layer }) => layer)
    .join(' ')
const way = (names: readonly string[]): string => names.map((op, i) => `r${i + 1} = ${op}(r${i})`).join(';')

describe('findBlocks', () => {
  it('takes a layer for one node, and one operand for one', () => {
    expect(countOf('a = Relu(x); y = Add(a, a)', { a: 'Relu', b: 'Relu', y: 'Add(a, b)' })).toBe(0)
    expect(countOf('a = Relu(x); b = Relu(x); y = Add(a, b)', { a: 'Relu', b: 'Relu', y: 'Add(a, b)' })).toBe(1)
    expect(countOf('a = Relu(x); r = Reshape(a); y = Add(r, z)', { a: 'Relu', r: 'Reshape', y: 'Add(a~, r)' })).toBe(0)
  })
  it('takes the same layer for a node that stands twice', () => {
    const block = { a: 'Relu', b: 'Sigmoid(a)', c: 'Tanh(a)', y: 'Add(b, c)' }
    expect(countOf('a = Relu(x); b = Sigmoid(a); c = Tanh(a); y = Add(c, b)', block)).toBe(1)
    expect(countOf('a = Relu(x); a2 = Relu(x); b = Sigmoid(a); c = Tanh(a2); y = Add(c, b)', block)).toBe(0)
  })
  it('goes through twelve layers that only move elements, and through no other', () => {
    const block = { a: 'Relu', y: 'Tanh(a~)' }
    const through = (names: readonly string[]): number => countOf(`r0 = Relu(x); ${way(names)}; y = Tanh(r${names.length})`, block)
    expect(through([])).toBe(1)
    expect(through(['Reshape', 'Transpose', 'Slice', 'Split', 'Squeeze', 'Unsqueeze', 'Gather'])).toBe(1)
    expect(through(Array(12).fill('Reshape'))).toBe(1)
    expect(through(Array(13).fill('Reshape'))).toBe(0)
    expect(through(['Concat'])).toBe(0)
    expect(countOf('a = Relu(x); r = Reshape(a); y = Tanh(r)', { a: 'Relu', y: 'Tanh(a)' })).toBe(0)
  })
  it('tells Mul, Add, Sub and Div with a constant of one element, and a fused Relu', () => {
    for (const op of ['Mul', 'Add', 'Sub', 'Div']) {
      expect(countOf(`y = ${op}(x, #)`, { y: `${op}Const` })).toBe(1)
      expect(countOf(`y = ${op}(x, #)`, { y: op })).toBe(0)
      expect(countOf(`y = ${op}(x, w)`, { y: op })).toBe(1)
      expect(countOf(`y = ${op}(x, z)`, { y: op })).toBe(1)
    }
    expect(countOf('y = Conv(x, w)', { y: 'Conv+relu' })).toBe(0)
    expect(countOf('y = Conv+relu(x, w)', { y: 'Conv+relu' })).toBe(1)
  })
})

describe('rules', () => {
  const products = 'n = LayerNormalization(x, w); q = MatMul(n, w); k = MatMul(n, w); v = MatMul(n, w); c = Concat(q, k, v)'
  const up: KeepRule = { where: { norm: 'LayerNormalization', up: 'MatMul(norm)' }, keep: ['up'] }
  it('which: takes all places that none leads to, or that lead to none', () => {
    for (const which of ['first', 'last'] as const) expect(keptBy(products, { ...up, which })).toBe('q k v')
    const joined: KeepRule = { where: { u: 'Conv', j: 'Concat(u)' }, keep: ['u'], which: 'first' }
    expect(keptBy('a = Conv(x, w); b = Conv(x, w); d = Conv(x, w); c = Concat(a, b, d)', joined)).toBe('a b d')
    const chain = 'a = Conv(x, w); b = Relu(a); c = Conv(b, w); d = Relu(c); e = Conv(d, w); f = Relu(e)'
    const step: KeepRule = { where: { u: 'Conv', j: 'Relu(u)' }, keep: ['u', 'j'] }
    expect(keptBy(chain, { ...step, which: 'first' })).toBe('a b')
    expect(keptBy(chain, { ...step, which: 'last' })).toBe('e f')
    const scaled: KeepRule = { where: { s: 'Sigmoid', m: 'Mul(s)' }, keep: ['m'], which: 'last' }
    expect(keptBy('s = Sigmoid(x); u = Relu(x); m = Mul(u, s); m2 = Mul(m, s)', scaled)).toBe('m2')
    expect(keptBy('s = Sigmoid(x); u = Relu(x); m = Mul(s, u); m2 = Mul(s, m)', scaled)).toBe('m2')
  })
  it('before: all layers in front, without inputs and the node itself', () => {
    const before: KeepRule = { where: { n: 'LayerNormalization' }, before: ['n'] }
    expect(keptBy('a = Conv(x, w); b = Relu(a); n = LayerNormalization(b, w); c = Relu(n)', before)).toBe('a b')
    expect(keptBy('a = Conv(x, w); n = LayerNormalization(a, w); n2 = LayerNormalization(n, w)', before)).toBe('a')
  })
  it('oneUser, notUsedBy, onlyFrom: count each layer once', () => {
    const one: KeepRule = { where: { a: 'Split' }, keep: ['a'], oneUser: ['a'] }
    expect(keptBy('a, b = Split(x); y = MatMul(b, a)', one)).toBe('a')
    expect(keptBy('a, b = Split(x); y = Relu(b); z = Relu(a)', one)).toBe('')
    const not: KeepRule = { where: { a: 'Relu' }, keep: ['a'], notUsedBy: { a: ['Conv', 'Tanh'] } }
    expect(keptBy('a = Relu(x); y = Sigmoid(a)', not)).toBe('a')
    expect(keptBy('a = Relu(x); y = Sigmoid(a); z = Tanh(a)', not)).toBe('')
    const only: KeepRule = { where: { s: 'Add' }, keep: ['s'], onlyFrom: { s: ['Relu'] } }
    expect(keptBy('a = Relu(x); b = Relu(x); s = Add(a, b)', only)).toBe('s')
    expect(keptBy('a = Relu(x); b = Tanh(x); s = Add(a, b)', only)).toBe('')
  })
  it('notLeadingTo: no such layer is reached, however far', () => {
    const tail = (operators: readonly string[]): KeepRule => ({
      where: { c: 'Conv', j: 'Reshape(c)' },
      keep: ['c'],
      notLeadingTo: { j: operators },
    })
    const text =
      'a = Conv(x, w); ar = Reshape(a); t = Tanh(ar); b = Conv+relu(t, w); s = Silu(b); c = Conv(s, w); cr = Reshape(c); e = Sigmoid(cr)'
    expect([
      keptBy(text, tail(['Silu'])),
      keptBy(text, tail(['Conv+relu'])),
      keptBy(text, tail(['Sigmoid'])),
      keptBy(text, tail(['Gelu'])),
    ]).toEqual(['c', 'c', '', 'a c'])
    // The layer itself is none that it leads to.
    expect(keptBy(text, tail(['Reshape']))).toBe('c')
    expect(keptBy(text, tail(['Tanh', 'Gelu']))).toBe('c')
  })
  it('chainsTo: back along layers of one operand with one user', () => {
    const chains: KeepRule = { where: { j: 'Concat' }, chainsTo: ['j'] }
    expect(keptBy('a = Relu(x); b = Tanh(a); c = Conv(b, w); d = Relu(z); e = Add(d, d2); d2 = Relu(d); j = Concat(c, e)', chains)).toBe(
      'x a b c e',
    )
    expect(keptBy('a = Relu(x); b = Tanh(a); other = Relu(a); j = Concat(b, y)', chains)).toBe('y b')
  })
  it('ways: keeps what lies between kept nodes', () => {
    const where = { a: 'Relu', y: 'Tanh(a~)' }
    const text = 'a = Relu(x); r = Reshape(a); t = Transpose(r); side = Reshape(a); y = Tanh(t)'
    expect(keptBy(text, { where, keep: ['a', 'y'], ways: true })).toBe('a r t y')
    expect(keptBy(text, { where, keep: ['a', 'y'] })).toBe('a y')
    expect(keptBy(text, { where, keep: ['y'], ways: true })).toBe('y')
  })
  it('widest wins where two rules choose a layer', () => {
    const keep: readonly KeepRule[] = [
      { where: { a: 'Relu' }, keep: ['a'], widest: true },
      { where: { a: 'Relu|Tanh' }, keep: ['a'] },
    ]
    const found = floatPatterns(sketch('a = Relu(x); b = Tanh(a)'), {
      families: [{ name: 'any', knownBy: [{ block: { a: 'Tanh' } }], keep }],
    })!
    expect(found.layers.map(({ layer, widest = false }) => [layer, widest])).toEqual([
      ['a', true],
      ['b', false],
    ])
  })
  it('and: all of it has to be there, as often as it says', () => {
    const isFound = (...and: readonly Sign[]): boolean =>
      floatPatterns(sketch('a = Relu(x); b = Relu(a); c = Tanh(b)'), {
        families: [{ name: 'r', knownBy: [{ block: { a: 'Relu' }, and }], keep: [] }],
      }) !== undefined
    const [tanh, relus, conv] = [{ block: { a: 'Tanh' } }, { block: { a: 'Relu' }, least: 2, most: 2 }, { block: { a: 'Conv' } }] as const
    expect([isFound(), isFound(tanh), isFound(tanh, relus), isFound({ ...tanh, and: [relus] })]).toEqual([true, true, true, true])
    expect([isFound(conv), isFound(tanh, conv), isFound({ ...tanh, and: [conv] }), isFound({ ...tanh, least: 2 })]).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
  it('counts the places of the sign that is found, and looks at later families no more', () => {
    const found = floatPatterns(sketch('a = Relu(x); b = Relu(a); c = Tanh(b)'), {
      families: [
        { name: 'conv', knownBy: [{ block: { a: 'Conv' } }, { block: { a: 'Gelu' } }], keep: [] },
        { name: 'relu', knownBy: [{ block: { a: 'Conv' } }, { block: { a: 'Relu' } }], keep: [{ where: { t: 'Tanh' }, keep: ['t'] }] },
        { name: 'tanh', knownBy: [{ block: { a: 'Tanh' } }], keep: [] },
      ],
    })
    expect(found).toMatchObject({ family: 'relu', count: 2, layers: [{ layer: 'c', why: ['a layer that relu networks keep'] }] })
  })
  it('leastBlocks: a rule holds where the block is there so often', () => {
    const keptOf = (leastBlocks: number): number =>
      floatPatterns(sketch('a = Relu(x); b = Relu(a); c = Tanh(b)'), {
        families: [{ name: 'r', knownBy: [{ block: { a: 'Relu' } }], keep: [{ where: { t: 'Tanh' }, keep: ['t'], leastBlocks }] }],
      })!.layers.length
    expect([keptOf(1), keptOf(2), keptOf(3)]).toEqual([1, 1, 0])
  })
  it('least and most: how often a sign is there', () => {
    const isFound = (least: number, most: number): boolean =>
      floatPatterns(sketch('a = Relu(x); b = Relu(a)'), {
        families: [{ name: 'r', knownBy: [{ block: { a: 'Relu' }, least, most }], keep: [] }],
      }) !== undefined
    expect([isFound(1, 2), isFound(2, 2), isFound(3, 3), isFound(1, 1)]).toEqual([true, true, false, false])
  })
})

describe('the end of a search', () => {
  it('does not hide a block behind unrelated users of a layer', () => {
    const users = Array.from({ length: 6000 }, (_, i) => `u${i} = Tanh(a)`).join('; ')
    const block = { a: 'Relu', b: 'Sigmoid(a)', c: 'Softplus(a)', y: 'Add(b, c)' }
    expect(countOf(`a = Relu(x); ${users}; b = Sigmoid(a); c = Softplus(a); y = Add(c, b)`, block)).toBe(1)
    const moved = { a: 'Relu', b: 'Sigmoid(a~)', c: 'Softplus(a~)', y: 'Add(b, c)' }
    expect(countOf(`a = Relu(x); ${users.replaceAll('Tanh', 'Reshape')}; b = Sigmoid(u7); c = Softplus(u9); y = Add(b, c)`, moved)).toBe(1)
  })
  it('is told', () => {
    const notes: string[] = []
    const sums = Array.from({ length: 40 }, (_, i) => `s${i + 2} = Add(s${i}, s${i + 1})`).join('; ')
    const block = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`a${i}`, i === 0 ? 'Conv' : i === 1 ? 'Add' : `Add(a${i - 1}, a${i - 2})`]),
    )
    const tell = (note: string) => notes.push(note)
    const net = sketch(`s0 = Conv(x, w); s1 = Reshape(s0); ${sums}; z = Add(s38, s41)`)
    floatPatterns(net, { families: [{ name: 'sums', knownBy: [{ block: { ...block, end: 'Add(a29, a0)' } }], keep: [] }], tell })
    floatPatterns(sketch('a = Relu(x)'), { families: [{ name: 'r', knownBy: [{ block: { a: 'Relu' } }], keep: [] }], tell })
    expect(notes).toEqual([expect.stringMatching(/^sums: the search for its signs was ended at \d+ layers before all was looked at/)])
  })
})

describe('the work', () => {
  const everywhere = { name: 'all', knownBy: [{ block: { any: '*' } }], keep: families.flatMap(({ keep }) => keep) }
  const visitsOf = (text: string): number => floatPatterns(sketch(text), { families: [...families, everywhere] })!.visits
  const list = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join(';')
  it.each<[string, (count: number) => string]>([
    [
      'poolings of one layer in one Concat',
      (count) => `${list(count, (i) => `p${i} = MaxPool(x)`)}; c = Concat(${list(count, (i) => `p${i}`).replaceAll(';', ', ')})`,
    ],
    [
      'poolings in a row in one Concat',
      (count) =>
        `p0 = MaxPool(x); ${list(count, (i) => `p${i + 1} = MaxPool(p${i})`)}; c = Concat(${list(count, (i) => `p${i}`).replaceAll(';', ', ')})`,
    ],
    [
      'corners of boxes in one Concat',
      (count) =>
        `${list(count, (i) => `x${i} = Slice(b); w${i} = Slice(b); h${i} = Mul(w${i}, #); l${i} = Sub(x${i}, h${i}); r${i} = Add(x${i}, h${i})`)}; c = Concat(${list(count, (i) => `l${i}, r${i}`).replaceAll(';', ', ')})`,
    ],
  ])('grows as the network does: %s', (_, textOf) => {
    const [few, many] = [visitsOf(textOf(100)), visitsOf(textOf(400))]
    expect(many / few).toBeLessThan(4.6)
    expect(many / 400).toBeLessThan(1500)
  })
})
