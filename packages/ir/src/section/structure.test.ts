import { describe, expect, it } from 'vitest'
import type { Section } from '../contracts/executor.ts'
import { parseGraph } from '../graph/text/parse-graph.ts'
import type { Graph } from '../graph/types.ts'
import { planSection } from './plan-section.ts'
import { structureOf } from './structure.ts'

const text = `
  x: i8[1,2,4,4]{scale 0.5, zero 3}
  w: i8[2,2,1,1] = [1, -2, 3, 4]
  b: i32[2] = [10, 20]
  t: i8[256] = constant
  c: i8[1,2,4,4]{scale 0.25, zero 0} = QConv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0], multipliers = [100, 101], shifts = [7, 8], relu = false}
  a: i8[1,2,4,4]{scale 0.125, zero 0} = QAdd(c, x) {multipliers = [3, 5], shifts = [2, 2]}
  l: i8[1,2,4,4]{scale 0.125, zero 0} = Lut(a, t)
  return l
`

/** The network with one thing written otherwise. */
function network(change: (text: string) => string = (same) => same, entry = 0): Graph {
  const graph = parseGraph(change(text))
  const table = graph.values.get('t')!
  const data = new Int8Array(256).fill(entry)
  return { ...graph, values: new Map([...graph.values, ['t', { ...table, constant: { dtype: 'i8', shape: table.type.shape, data } }]]) }
}
const structure = (graph: Graph, section?: Section) => structureOf(planSection(graph, section))
const baked = (graph: Graph, section?: Section) => structureOf(planSection(graph, section), { parameters: 'baked' })
const base = structure(network())

/** Something written otherwise, by what it is. */
const parameters: readonly (readonly [what: string, from: string, to: string])[] = [
  ['a weight', '= [1, -2, 3, 4]', '= [1, -2, 3, 5]'],
  ['a bias', '= [10, 20]', '= [10, 21]'],
  ['a multiplier', 'multipliers = [100, 101]', 'multipliers = [100, 102]'],
  ['a shift', 'shifts = [2, 2]', 'shifts = [2, 3]'],
  ['a scale', 'c: i8[1,2,4,4]{scale 0.25', 'c: i8[1,2,4,4]{scale 0.26'],
  ['the zero point of a feed', 'zero 3', 'zero 4'],
]
const programs: readonly (readonly [what: string, from: string, to: string])[] = [
  ['an operator', 'QAdd', 'QSub'],
  ['an attribute', 'pads = [0, 0, 0, 0]', 'pads = [1, 1, 1, 1]'],
  ['an attribute that was left to its default', 'shifts = [2, 2]}', 'shifts = [2, 2], rounding = "half-away-from-zero"}'],
  ['a truth value', 'relu = false', 'relu = true'],
  ['how many multipliers there are', 'multipliers = [100, 101]', 'multipliers = [100]'],
  ['the order of operands', 'QAdd(c, x)', 'QAdd(x, c)'],
  ['what an operand is', 'QAdd(c, x)', 'QAdd(c, c)'],
  ['an operand that is left out', 'QConv(x, w, b)', 'QConv(x, w)'],
  ['the element type of a constant', 'b: i32', 'b: f32'],
  ['the element type of a result', 'a: i8[1,2,4,4]{scale 0.125', 'a: u8[1,2,4,4]{scale 0.125'],
  ['the float type that codes stand for', 'c: i8[1,2,4,4]{scale 0.25, zero 0}', 'c: i8[1,2,4,4]{scale 0.25, zero 0, expressed f16}'],
  ['which codes there are', 'c: i8[1,2,4,4]{scale 0.25, zero 0}', 'c: i8[1,2,4,4]{scale 0.25, zero 0, saturate [-8, 7]}'],
  ['whether a value has codes', 'a: i8[1,2,4,4]{scale 0.125, zero 0}', 'a: i8[1,2,4,4]'],
  ['what is fetched', 'return l', 'return a'],
  ['how much is fetched', 'return l', 'return l, a'],
  ['the order of fetches', 'return l', 'return a, l'],
  ['a shape', 'x: i8[1,2,4,4]', 'x: i8[1,2,1,4]'],
]
const rewritten = (from: string, to: string) => {
  expect(text).toContain(from)
  return network((same) => same.replace(from, to))
}

function renamedGraph(graph: Graph): Graph {
  const other = (name: string) => `${name} of another network`
  return {
    ...graph,
    inputs: graph.inputs.map(({ name }) => ({ name: other(name) })),
    outputs: graph.outputs.map(other),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => name && other(name)),
      outputs: node.outputs.map(other),
    })),
    values: new Map([...graph.values.values()].map((value) => [other(value.name), { ...value, name: other(value.name) }])),
  }
}

describe('structureOf', () => {
  it('is the same for other names', () => {
    const renamed = renamedGraph(network())
    expect(structure(renamed).hash).toBe(base.hash)
    expect(baked(renamed).hash).toBe(baked(network()).hash)
  })

  it.each(parameters)('is the same when %s differs, unless parameters are baked in', (_, from, to) => {
    const other = rewritten(from, to)
    expect(structure(other).hash).toBe(base.hash)
    expect(structure(other).parameters).not.toEqual(base.parameters)
    expect(baked(other).hash).not.toBe(baked(network()).hash)
  })

  it('is the same for another table', () => {
    expect(structure(network(undefined, 1)).hash).toBe(base.hash)
    expect(baked(network(undefined, 1)).hash).not.toBe(baked(network()).hash)
  })

  it.each(programs)('differs when %s differs', (_, from, to) => {
    expect(structure(rewritten(from, to)).hash).not.toBe(base.hash)
  })

  it('tells a fed value from a constant', () => {
    expect(structure(network(), { feeds: ['x', 'w'] }).hash).not.toBe(base.hash)
    expect(structure(network(), { feeds: ['x', 'c'] }).hash).not.toBe(base.hash)
  })

  it('does not see default attributes, calibrated ranges, the order of feeds, feeds that are not used, other parts of the graph', () => {
    expect(structure(rewritten('relu = false', 'relu = false, rounding = "half-up"')).hash).toBe(base.hash)
    expect(structure(rewritten(', relu = false', '')).hash).toBe(base.hash)
    expect(structure(network((same) => same.replace('return l', 'z = Abs(l)\nreturn l'))).hash).toBe(base.hash)
    const float = (range: string) => structure(parseGraph(`x: f32[2]${range}; y = Relu(x)`)).hash
    expect(float('{min -1, max 2}')).toBe(float(''))
    const spelt = (attrs: string) => structure(parseGraph(`x: f16[2]; y = Relu(x)${attrs}`)).hash
    expect(spelt(' {unrounded = false}')).toBe(spelt(''))
    expect(spelt(' {unrounded = true}')).not.toBe(spelt(''))
    const part = (feeds: readonly string[]) => structure(network(), { feeds, fetches: ['a'] }).hash
    expect(part(['x', 'c'])).toBe(part(['c', 'x']))
    expect(part(['x', 'c', 'l'])).toBe(part(['c', 'x']))
  })

  it('tells two constants from one that is used twice', () => {
    const sum = (second: string) =>
      structure(parseGraph(`x: f32[1]; c: f32[1] = [1]; d: f32[1] = [1]; p = Add(x, c); y = Add(p, ${second})`)).hash
    expect(sum('c')).not.toBe(sum('d'))
  })

  it('tells numbers apart that JSON writes alike', () => {
    const clipped = (min: number) => {
      const graph = parseGraph('x: f32[1]; y = Clip(x) {min = 0, max = 6}')
      return structure({ ...graph, nodes: graph.nodes.map((node) => ({ ...node, attrs: { min, max: 6 } })) }).hash
    }
    expect(new Set([0, -0, Number.NEGATIVE_INFINITY, Number.NaN].map(clipped)).size).toBe(4)
  })

  it('lists places: names, feeds, constants, fetches, operands of each step', () => {
    const { names, feeds, constants, fetches, steps } = base
    const at = (places: readonly (number | undefined)[]) => places.map((place) => (place === undefined ? undefined : names[place]))
    expect([at(feeds), at(constants), at(fetches)]).toEqual([['x'], ['w', 'b', 't'], ['l']])
    expect(steps.map(({ inputs, outputs }) => [at(inputs), at(outputs)])).toEqual([
      [['x', 'w', 'b'], ['c']],
      [['c', 'x'], ['a']],
      [['a', 't'], ['l']],
    ])
    expect(steps[0]!.attrs).toMatchObject({ group: 1, rounding: 'half-up' })
  })

  it('lists the parameters of two sections of equal structure in the same order', () => {
    const kinds = (graph: Graph) => structure(graph).parameters.map(({ kind, ...rest }) => [kind, 'name' in rest ? rest.name : rest.place])
    expect(kinds(rewritten('multipliers = [100, 101]', 'multipliers = [9, 9]'))).toEqual(kinds(network()))
    expect(kinds(network()).filter(([kind]) => kind === 'attribute')).toEqual([
      ['attribute', 'multipliers'],
      ['attribute', 'shifts'],
      ['attribute', 'multipliers'],
      ['attribute', 'shifts'],
    ])
  })

  it('marks a result that is fed instead', () => {
    const top = parseGraph('x: f32[4]; v, i = TopK(x) {k = 2, axis = 0}; y = Gather(x, i); z = Abs(v); return y, z')
    const { steps } = structure(top, { feeds: ['x', 'i'] })
    expect(steps[0]!.outputs).toEqual([expect.any(Number), undefined])
  })

  it('tells results that are fed in other codes apart', () => {
    const fed = (saturate: readonly [number, number], axis: number) => {
      const graph = parseGraph('x: f32[2,2]; v, i = TopK(x) {k = 2, axis = 0}; z = Abs(v); return z')
      const value = graph.values.get('i')!
      const quant = { scale: 1, zeroPoint: 0, expressed: 'f32', saturate, axis } as const
      const values = new Map([...graph.values, ['i', { ...value, type: { ...value.type, quant } }]])
      return structure({ ...graph, values }, { feeds: ['x', 'i'] }).hash
    }
    expect(fed([0, 7], 0)).toBe(fed([0, 7], 0))
    expect(fed([0, 7], 0)).not.toBe(fed([0, 3], 0))
  })

  it('keeps an operator that the graph does not define as it is written', () => {
    const graph = parseGraph('x: f32[1]; y = Abs(x)')
    const foreign = (attrs: Record<string, number>) =>
      structure({ ...graph, nodes: [{ op: 'Foreign', inputs: ['x'], outputs: ['y'], attrs }] })
    expect(foreign({ a: 1 }).hash).not.toBe(foreign({ a: 2 }).hash)
    expect(foreign({ a: 1 }).steps[0]!.attrs).toEqual({ a: 1 })
  })
})
