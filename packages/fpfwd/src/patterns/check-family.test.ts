import { isQError, type QError } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { checkFamilies, checkFamily, definePattern } from './check-family.ts'
import { families } from './families/all-families.ts'
import { manualFamilies } from './families/manual.ts'

const block = { query: 'MatMul', scores: 'Softmax(query~)' }
const family = { name: 'mine', knownBy: [{ block }], keep: [{ where: block, keep: ['scores'] }] }

const errorOf = (value: unknown): QError => {
  try {
    checkFamily(value, 'mine.json')
  } catch (error) {
    if (isQError(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('checkFamily', () => {
  it('lets every family of this package pass, and what its text form gives', () => {
    for (const each of [...families, ...manualFamilies]) expect(checkFamily(JSON.parse(JSON.stringify(each)), 'own')).toEqual(each)
    expect(definePattern(family)).toBe(family)
    expect(checkFamilies([family, { ...family, name: 'yours' }], 'two')).toHaveLength(2)
    expect(() => checkFamilies([family, family], 'two')).toThrowError(expect.objectContaining({ found: 'two families mine' }))
  })
  it.each<[string, unknown, readonly string[], RegExp]>([
    ['no object', 'yolo', ['mine.json'], /curly/],
    ['a member that is none', { ...family, kep: [] }, ['mine.json', 'kep'], /did you mean keep/],
    ['a missing member', { name: 'mine', keep: [] }, ['mine.json', 'knownBy'], /example/],
    ['no sign', { ...family, knownBy: [] }, ['mine.json', 'knownBy'], /at least one/],
    [
      'an operator that is none',
      { ...family, knownBy: [{ block: { a: 'MatMull' } }] },
      ['mine.json', 'knownBy[0]', 'block', 'a'],
      /did you mean MatMul/,
    ],
    ['a node that is no node', { ...family, knownBy: [{ block: { a: 'MatMul(' } }] }, ['mine.json', 'knownBy[0]', 'block', 'a'], /rules/],
    [
      'an operand that is none',
      { ...family, knownBy: [{ block: { query: 'MatMul', a: 'Softmax(quer)' } }] },
      ['mine.json', 'knownBy[0]', 'block', 'a'],
      /did you mean query/,
    ],
    [
      'a node that leads nowhere',
      { ...family, knownBy: [{ block: { a: 'MatMul', b: 'Softmax' } }] },
      ['mine.json', 'knownBy[0]', 'block', 'a'],
      /last/,
    ],
    ['a circle', { ...family, knownBy: [{ block: { a: 'Add(b)', b: 'Add(a)' } }] }, ['mine.json', 'knownBy[0]', 'block', 'b'], /operands/],
    [
      'a fused operator that is none',
      { ...family, knownBy: [{ block: { a: 'Conv+silu' } }] },
      ['mine.json', 'knownBy[0]', 'block', 'a'],
      /Relu/,
    ],
    ...['Sigmoid+relu', 'Conv|Softmax+relu', 'Input+relu', '!Silu+relu'].map((text): [string, unknown, readonly string[], RegExp] => [
      `a Relu in ${text}, which no Relu is fused into`,
      { ...family, knownBy: [{ block: { a: text } }] },
      ['mine.json', 'knownBy[0]', 'block', 'a'],
      /a Relu behind (Sigmoid|Softmax|Input|Silu) is a layer/,
    ]),
    [
      'a kept node that is none',
      { ...family, keep: [{ where: block, keep: ['score'] }] },
      ['mine.json', 'keep[0]', 'keep'],
      /did you mean scores/,
    ],
    ['a rule that keeps nothing', { ...family, keep: [{ where: block }] }, ['mine.json', 'keep[0]'], /stay in float/],
    ['counts that exclude each other', { ...family, knownBy: [{ block, least: 3, most: 2 }] }, ['mine.json', 'knownBy[0]', 'most'], /swap/],
    ['no count', { ...family, knownBy: [{ block, least: 0 }] }, ['mine.json', 'knownBy[0]', 'least'], /default/],
    ['no flag', { ...family, keep: [{ where: block, keep: ['scores'], widest: 1 }] }, ['mine.json', 'keep[0]', 'widest'], /false/],
    [
      'a word that is none',
      { ...family, keep: [{ where: block, keep: ['scores'], which: 'frist' }] },
      ['mine.json', 'keep[0]', 'which'],
      /did you mean first/,
    ],
    ['an empty name', { ...family, name: '' }, ['mine.json', 'name'], /quotes/],
    ['a name of two lines', { ...family, name: 'own\nhead_Conv F32' }, ['mine.json', 'name'], /line breaks/],
    ['a name with signs that do not show', { ...family, name: 'a\u202Eb' }, ['mine.json', 'name'], /do not show/],
    [
      'an unknown operator of users',
      { ...family, keep: [{ where: block, keep: ['scores'], notUsedBy: { scores: ['Convv'] } }] },
      ['mine.json', 'keep[0]', 'notUsedBy', 'scores[0]'],
      /did you mean Conv/,
    ],
    [
      'a fused operator that is none among those that are led to',
      { ...family, keep: [{ where: block, keep: ['scores'], notLeadingTo: { scores: ['Conv', 'Silu+relu'] } }] },
      ['mine.json', 'keep[0]', 'notLeadingTo', 'scores[1]'],
      /a Relu behind Silu/,
    ],
    ...(['notUsedBy', 'notLeadingTo', 'onlyFrom'] as const).map((part): [string, unknown, readonly string[], RegExp] => [
      `a node that is none in ${part}`,
      { ...family, keep: [{ where: block, keep: ['scores'], [part]: { score: ['Conv'] } }] },
      ['mine.json', 'keep[0]', part],
      /did you mean scores/,
    ]),
    ...(['after', 'before', 'chainsTo', 'oneUser'] as const).map((part): [string, unknown, readonly string[], RegExp] => [
      `a node that is none in ${part}`,
      { ...family, keep: [{ where: block, keep: ['scores'], [part]: ['score'] }] },
      ['mine.json', 'keep[0]', part],
      /did you mean scores/,
    ]),
    [
      'an unknown operator of operands',
      { ...family, keep: [{ where: block, keep: ['scores'], onlyFrom: { scores: ['Conv|Silu'] } }] },
      ['mine.json', 'keep[0]', 'onlyFrom', 'scores[0]'],
      /operators/,
    ],
    ['a number for a name', { ...family, knownBy: [{ block: { 1: 'Conv' } }] }, ['mine.json', 'knownBy[0]', 'block', '1'], /word/],
    [
      'a chain without an end',
      {
        ...family,
        knownBy: [{ block: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`n${i}`, i === 0 ? 'Relu' : `Relu(n${i - 1})`])) }],
      },
      ['mine.json', 'knownBy[0]', 'block'],
      /part/,
    ],
    [
      'many blanks',
      { ...family, knownBy: [{ block: { a: `Relu${' '.repeat(60_000)}(` } }] },
      ['mine.json', 'knownBy[0]', 'block', 'a'],
      /alone/,
    ],
    ...(
      [
        ['Reshape(a~, b~)', 'Reshape'],
        ['Relu(a, a)', 'Relu'],
        ['MulConst(a, b)', 'MulConst'],
        ['Input(a)', 'Input'],
        ['Relu|Reshape(a, b)', 'Relu|Reshape'],
        [`*(${Array(65).fill('a~').join(', ')})`, '*'],
        [`Concat(${Array(65).fill('a~').join(', ')})`, 'Concat'],
      ] as const
    ).map(([text, operators]): [string, unknown, readonly string[], RegExp] => [
      `more operands than ${operators} takes`,
      { ...family, knownBy: [{ block: { a: 'Conv', b: 'Conv(a)', c: text.includes('b') ? text : text.replace('(a', '(b, a') } }] },
      ['mine.json', 'knownBy[0]', 'block', 'c'],
      /name operands once/,
    ]),
    [
      'an endless number',
      { ...family, knownBy: [{ block, least: Number.POSITIVE_INFINITY }] },
      ['mine.json', 'knownBy[0]', 'least'],
      /default/,
    ],
    ['a hole in a list', { ...family, knownBy: new Array(2) }, ['mine.json', 'knownBy[0]'], /curly/],
    ['a list of holes without an end', { ...family, knownBy: new Array(2 ** 31) }, ['mine.json'], /describe less/],
    [
      'a getter that throws',
      Object.defineProperty({ ...family }, 'knownBy', {
        enumerable: true,
        get: () => {
          throw new Error('no')
        },
      }),
      ['mine.json'],
      /getters/,
    ],
    ['no nodes', { ...family, knownBy: [{ block: {} }] }, ['mine.json', 'knownBy[0]', 'block'], /Softmax/],
  ])('refuses %s', (_, value, at, hint) => {
    const error = errorOf(value)
    expect(error.code).toBe('PATTERN_INVALID')
    expect(error.at).toEqual(at)
    expect(error.hint).toMatch(hint)
    expect(error.found).toBeTruthy()
    expect(error.wanted).toBeTruthy()
  })
  it.each(['Conv+relu', 'MatMul+relu', 'Add+relu', 'MulConst+relu', 'Concat+relu', 'MaxPool+relu', 'ConvTranspose+relu', 'Affine+relu'])(
    'takes %s',
    (text) => {
      expect(checkFamily({ ...family, knownBy: [{ block: { a: text } }] }, 'mine.json').name).toBe('mine')
    },
  )
  it('takes as much as the limits say, and not more', () => {
    const codeOf = (value: unknown): string | undefined => {
      try {
        checkFamily(value, 'mine.json')
      } catch (error) {
        return (error as { readonly found?: string }).found ?? String(error)
      }
      return undefined
    }
    const chain = (nodes: number) =>
      Object.fromEntries(Array.from({ length: nodes }, (_, i) => [`n${i}`, i === 0 ? 'Relu' : `Relu(n${i - 1})`]))
    const nested = (signs: number): object => (signs === 0 ? { block } : { block, and: [nested(signs - 1)] })
    const knownBy = (each: unknown) => ({ ...family, knownBy: [each] })
    expect([codeOf(knownBy({ block: chain(200) })), codeOf(knownBy({ block: chain(201) }))]).toEqual([undefined, '201 nodes'])
    expect([codeOf(knownBy(nested(10))), codeOf(knownBy(nested(11)))]).toEqual([undefined, 'signs inside of signs'])
    const padded = (length: number) => ({ block: { a: 'Relu'.padEnd(length) } })
    expect([codeOf(knownBy(padded(1000))), codeOf(knownBy(padded(1001)))]).toEqual([undefined, '1001 characters'])
    expect([codeOf({ ...family, name: 'x'.repeat(80) }), codeOf({ ...family, name: 'x'.repeat(81) })]).toEqual([
      undefined,
      expect.any(String),
    ])
    const named = (name: string) => knownBy({ block: { [name]: 'Relu' } })
    expect([codeOf(named('é_1-b')), codeOf(named('_a')), codeOf(named(`a${'b'.repeat(79)}`))]).toEqual([undefined, undefined, undefined])
    expect([codeOf(named('1a')), codeOf(named('a b')), codeOf(named(`a${'b'.repeat(80)}`))]).toEqual(
      Array(3).fill(expect.stringMatching(/^the name/)),
    )
  })
  it('refuses signs inside of signs inside of signs, and shows little of what is long', () => {
    let sign: object = { block }
    for (let i = 0; i < 20_000; i++) sign = { block, and: [sign] }
    expect(errorOf({ ...family, knownBy: [sign] }).wanted).toBe('at most 10')
    expect(errorOf({ ...family, name: 'x'.repeat(100_000) }).found!.length).toBeLessThan(500)
    expect(errorOf({ ...family, ['y'.repeat(100_000)]: 1 }).found!.length).toBeLessThan(500)
  })
  it('refuses signs that are shared again and again, by their number', () => {
    const shared = (depth: number): object =>
      Array.from({ length: depth }).reduce<object>((sign) => ({ block, and: [sign, sign] }), { block })
    expect(errorOf({ ...family, knownBy: [shared(40)] }).found).toMatch(/more than 50000 values/)
    expect(errorOf({ ...family, knownBy: [shared(8)] })).toMatchObject({
      found: '511 signs, those inside of signs too',
      wanted: 'at most 200',
    })
    expect(checkFamily({ ...family, knownBy: [shared(6)] }, 'mine.json').name).toBe('mine')
    const round: Record<string, unknown> = { block }
    round['and'] = [round]
    expect(errorOf({ ...family, knownBy: [round] }).found).toBe('signs inside of signs')
  })
  it('gives a copy, and says what was found', () => {
    let asked = 0
    const turning = {
      ...family,
      get keep() {
        return asked++ === 0 ? family.keep : 'none'
      },
    }
    expect(checkFamily(turning, 'mine.json').keep).toEqual(family.keep)
    const countOf = (least: unknown) => errorOf({ ...family, knownBy: [{ block, least }] }).found
    expect([countOf(Number.POSITIVE_INFINITY), countOf(Number.NaN), countOf(null), countOf(1n)]).toEqual([
      'Infinity',
      'NaN',
      'null',
      'bigint',
    ])
    expect(errorOf({ ...family, knownBy: [{ block: { a: 'Sigmoid+relu' } }] }).wanted).not.toMatch(/QAdd|Requantize/)
  })
  it('takes a Conv that ends in no Relu', () => {
    expect(checkFamily({ ...family, knownBy: [{ block: { a: 'Conv-relu' } }] }, 'mine.json').name).toBe('mine')
    expect(errorOf({ ...family, knownBy: [{ block: { a: 'Conv-silu' } }] }).found).toBe('-silu')
    const notLeadingTo = { scores: [{ a: 'Convv' }] }
    expect(errorOf({ ...family, keep: [{ where: block, keep: ['scores'], notLeadingTo }] }).at).toEqual([
      'mine.json',
      'keep[0]',
      'notLeadingTo',
      'scores[0]',
      'a',
    ])
  })
  it('refuses a file without families', () => {
    expect(() => checkFamilies([], 'empty.json')).toThrowError(expect.objectContaining({ code: 'PATTERN_INVALID', found: 'an empty list' }))
  })
})
