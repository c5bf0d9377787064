import { graph, QError } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../test/error-of.ts'
import { floatRegions } from './float-regions.ts'
import { parseBlocks, parseNames } from './parse-blocks.ts'
import { onFrom, upTo } from './reach.ts'

/** Two inputs, a fork, a sum behind it, and a layer with two results. */
const net = graph`
  x: f32[1,4,8,8]
  z: f32[1,4,8,8]
  first = Relu(x)
  left = Sigmoid(first)
  right = Add(first, z)
  sum = Add(left, right)
  top, places = TopK(sum) {k = 2, axis = 1}
  end = Relu(top)
  return end, places
`
const layersOf = (regions: Parameters<typeof floatRegions>[1]) => floatRegions(net, regions).map(({ layer }) => layer)
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act()
  } catch (error) {
    return error instanceof QError ? error.code : String(error)
  }
  return undefined
}

describe('floatRegions', () => {
  it('finds what comes before a layer; an input of the network where it is an operand of that layer', () => {
    expect(layersOf({ inputs: ['left'] })).toEqual(['first', 'left'])
    expect(layersOf({ inputs: ['right'] })).toEqual(['z', 'first', 'right'])
    expect(layersOf({ inputs: ['sum'] })).toEqual(['first', 'left', 'right', 'sum'])
    expect(layersOf({ inputs: ['x'] })).toEqual(['x'])
  })
  it('finds what comes after a layer, by any of its results', () => {
    expect(layersOf({ outputs: ['right'] })).toEqual(['right', 'sum', 'top', 'end'])
    expect(layersOf({ outputs: ['z'] })).toEqual(['z', 'right', 'sum', 'top', 'end'])
    expect(layersOf({ outputs: ['places'] })).toEqual(['top', 'end'])
  })
  it('goes through layers with several results, and stops there as TPU-MLIR does', () => {
    const vendorExact = true
    expect(layersOf({ inputs: ['end'] })).toEqual(['first', 'left', 'right', 'sum', 'top', 'end'])
    expect(layersOf({ inputs: ['end'], vendorExact })).toEqual(['top', 'end'])
    expect(layersOf({ outputs: ['left'], vendorExact })).toEqual(['left', 'sum'])
    expect(layersOf({ outputs: ['places'], vendorExact })).toEqual(['places'])
    expect(layersOf({ outputs: ['top'], vendorExact })).toEqual(['top', 'end'])
    expect(layersOf({ outputs: ['z'], vendorExact })).toEqual(['z', 'right', 'sum'])
    expect(layersOf({ outputs: ['sum'], vendorExact })).toEqual(['sum'])
    expect(layersOf({ inputs: ['top'], vendorExact })).toEqual(['top'])
  })
  it('finds what lies between, of several starts and ends, with blocks alone', () => {
    expect(layersOf({ blocks: [{ starts: ['left'], ends: ['sum'] }] })).toEqual(['left', 'sum'])
    expect(layersOf({ blocks: [{ starts: ['left', 'right'], ends: ['sum', 'end'] }] })).toEqual(['left', 'right', 'sum', 'top', 'end'])
  })
  it('joins the parts in the order of the graph and says why', () => {
    expect(floatRegions(net, { inputs: ['first'], outputs: ['end'], blocks: [{ starts: ['first'], ends: ['left'] }] })).toEqual([
      { layer: 'x', why: ['before first'] },
      { layer: 'first', why: ['before first', 'between first and left'] },
      { layer: 'left', why: ['between first and left'] },
      { layer: 'end', why: ['after end'] },
    ])
  })
  it('refuses names that are none, with the nearest, and blocks that are empty', () => {
    expect(codeOf(() => layersOf({ inputs: ['firts'] }))).toBe('LAYER_UNKNOWN')
    expect(() => layersOf({ outputs: ['firts'] })).toThrow(expect.objectContaining({ hint: expect.stringContaining('first') }))
    expect(codeOf(() => layersOf({ blocks: [{ starts: ['end'], ends: ['left'] }] }))).toBe('REGION_EMPTY')
  })
  it('takes names that are none and empty blocks as TPU-MLIR does, names at the end', () => {
    const vendorExact = true
    expect(floatRegions(net, { inputs: ['nosuch', 'first'], outputs: ['nosuch'], vendorExact })).toEqual([
      { layer: 'x', why: ['before first'] },
      { layer: 'first', why: ['before first'] },
      { layer: 'nosuch', why: ['before nosuch', 'after nosuch'] },
    ])
    expect(layersOf({ blocks: [{ starts: ['end'], ends: ['left'] }], vendorExact })).toEqual([])
    expect(layersOf({ blocks: [{ starts: ['nosuch'], ends: ['left'] }], vendorExact })).toEqual([])
    expect(layersOf({ blocks: [{ starts: ['left', 'nosuch'], ends: ['sum', 'nosuch'] }], vendorExact })).toEqual(['left', 'sum', 'nosuch'])
  })
  it('refuses a block without starts or ends', () => {
    for (const block of [{ start: 'left', end: 'sum' }, { starts: ['left'] }, { starts: 'left', ends: 'sum' }])
      expect(errorOf(() => floatRegions(net, { blocks: [block as never] }))).toMatchObject({
        code: 'REGION_BLOCK',
        at: ['blocks[0]'],
        found: JSON.stringify(block),
        wanted: expect.stringContaining('starts'),
        hint: expect.stringContaining('lists'),
      })
  })
  it.each<[string, unknown, string, string]>([
    ['letters for names', { inputs: 'ab' }, 'REGION_NAME', 'inputs'],
    ['a number for a name', { outputs: ['left', 1] }, 'REGION_NAME', 'outputs[1]'],
    ['a hole for a name', { inputs: new Array(2) }, 'REGION_NAME', 'inputs[0]'],
    ['no block', { blocks: [null] }, 'REGION_BLOCK', 'blocks[0]'],
    ['no list of blocks', { blocks: {} }, 'REGION_BLOCK', 'blocks'],
    ['a hole for a block', { blocks: new Array(1) }, 'REGION_BLOCK', 'blocks[0]'],
    ['numbers for starts', { blocks: [{ starts: [1], ends: [{}] }] }, 'REGION_NAME', 'blocks[0].starts[0]'],
    ['objects for ends', { blocks: [{ starts: ['left'], ends: [{}] }] }, 'REGION_NAME', 'blocks[0].ends[0]'],
    [
      'a getter that throws',
      {
        blocks: [
          Object.defineProperty({}, 'starts', {
            enumerable: true,
            get: () => {
              throw new Error('no')
            },
          }),
        ],
      },
      'REGION_NAME',
      'blocks[0]',
    ],
  ])('refuses %s', (_, regions, code, at) => {
    for (const vendorExact of [false, true])
      expect(errorOf(() => floatRegions(net, { ...(regions as object), vendorExact }))).toMatchObject({
        code,
        at: [at],
        found: expect.any(String),
        wanted: expect.any(String),
        hint: expect.any(String),
        kind: 'usage',
      })
  })
  it('looks at each node of a chain of diamonds once', () => {
    const depth = 200
    const lines = Array.from(
      { length: depth },
      (_, i) => `a${i + 1} = Relu(s${i}); b${i + 1} = Sigmoid(s${i}); s${i + 1} = Add(a${i + 1}, b${i + 1})`,
    )
    const deep = graph`s0: f32[2]; ${lines.join('; ')}; return ${`s${depth}`}`
    expect(floatRegions(deep, { inputs: [`s${depth}`] })).toHaveLength(3 * depth)
  })
})

describe('upTo and onFrom', () => {
  it('take names of layers, of any of their results and of inputs', () => {
    expect([...upTo(net, 'left')]).toEqual(['left', 'first'])
    expect(upTo(net, 'places')).toEqual(upTo(net, 'top'))
    expect([...upTo(net, 'z')]).toEqual(['z'])
    expect([...onFrom(net, 'places')]).toEqual(['top', 'end'])
    expect([...onFrom(net, 'z')]).toEqual(['z', 'right', 'sum', 'top', 'end'])
    expect([...onFrom(graph`a: f32[2]; unused: f32[2]; y = Relu(a); return y`, 'unused')]).toEqual(['unused'])
  })
  it.each([
    ['upTo', upTo],
    ['onFrom', onFrom],
  ])('%s refuses a name that is none, with the nearest', (_, walk) => {
    for (const [name, hint] of [
      ['lefft', 'did you mean left?'],
      ['wholly', 'take the names from `q graph`'],
    ] as const)
      expect(errorOf(() => walk(net, name))).toMatchObject({
        code: 'LAYER_UNKNOWN',
        at: [name],
        found: name,
        wanted: expect.stringMatching(/names of layers/),
        hint,
      })
  })
})

describe('parseNames', () => {
  const known = new Set(['a', 'a,b', ' lead', 'b'])
  const namesIn = (text: string) => parseNames(text, (name) => known.has(name))
  it('takes the longest names of layers, with commas and blanks of their own', () => {
    expect(namesIn('a,b,b')).toEqual(['a,b', 'b'])
    expect(namesIn('b, lead, a')).toEqual(['b', ' lead', 'a'])
    expect(namesIn('b ,nosuch ')).toEqual(['b', 'nosuch'])
  })
  it.each(['', ',', 'a,', ' '])('refuses %j: an empty name', (text) => {
    expect(codeOf(() => namesIn(text))).toBe('REGION_NAME')
  })
})

describe('parseBlocks', () => {
  const known = new Set(['a', 'b', 'c', 'd', 'a:0', 'b:0'])
  const blocksOf = (...words: readonly string[]) => parseBlocks(words, (name) => known.has(name))

  it('takes both spellings of the manuals', () => {
    expect(blocksOf('a,b:c', 'c:d')).toEqual([
      { starts: ['a', 'b'], ends: ['c'] },
      { starts: ['c'], ends: ['d'] },
    ])
    expect(blocksOf('a', 'b', 'c', 'd')).toEqual([
      { starts: ['a'], ends: ['b'] },
      { starts: ['c'], ends: ['d'] },
    ])
  })
  it('divides where names hold colons', () => {
    expect(blocksOf('a:0:b:0')).toEqual([{ starts: ['a:0'], ends: ['b:0'] }])
    expect(blocksOf('a:0', 'b:0')).toEqual([{ starts: ['a:0'], ends: ['b:0'] }])
  })
  it('leaves a misspelled name to be refused as one, and refuses what is no block', () => {
    expect(blocksOf('a:nosuch')).toEqual([{ starts: ['a'], ends: ['nosuch'] }])
    expect(codeOf(() => blocksOf('a'))).toBe('REGION_BLOCK')
    expect(codeOf(() => blocksOf('a:b', 'c'))).toBe('REGION_BLOCK')
    expect(codeOf(() => blocksOf(':'))).toBe('REGION_BLOCK')
    expect(codeOf(() => blocksOf('a:'))).toBe('REGION_BLOCK')
    expect(codeOf(() => blocksOf('no:such:name'))).toBe('REGION_BLOCK')
    expect(blocksOf(' a, b : c ')).toEqual([{ starts: ['a', 'b'], ends: ['c'] }])
  })
  it('divides a word that is a name itself where it would end nowhere', () => {
    expect(parseBlocks(['features:scores'], () => true)).toEqual([{ starts: ['features'], ends: ['scores'] }])
    expect(errorOf(() => blocksOf('a:0')).hint).toBe(
      'a:0 is a layer of this network, colon and all: name the other end of the block beside it',
    )
    expect(errorOf(() => blocksOf('nosuch')).hint).toMatch(/put a colon/)
  })
  it('finds names with commas beside the colon, however many there are', () => {
    const layers = new Set(['n', 'n,n', 'o', 'o,o:o', 'p'])
    const isLayer = (name: string) => layers.has(name)
    const list = (name: string, count: number) => Array(count).fill(name).join(',')
    expect(parseBlocks([`${list('n', 41)}:${list('p', 40)}`], isLayer)).toEqual([
      { starts: [...Array(20).fill('n,n'), 'n'], ends: Array(40).fill('p') },
    ])
    expect(parseBlocks(['n,o,o:o:p'], isLayer)).toEqual([{ starts: ['n', 'o,o:o'], ends: ['p'] }])
  })
  it('asks for names a few times for each sign of a word', () => {
    for (const word of [
      ':'.repeat(2000) + ','.repeat(2000),
      ','.repeat(2000) + ':'.repeat(2000),
      ':,'.repeat(2000),
      `${'n,'.repeat(2000)}n${':n'.repeat(2000)}`,
      'n:n,'.repeat(2000),
    ]) {
      let asked = 0
      const isLayer = (name: string) => ++asked > 0 && name === 'n'
      codeOf(() => parseBlocks([word], isLayer))
      expect(asked / word.length).toBeLessThan(400)
    }
  })
})
