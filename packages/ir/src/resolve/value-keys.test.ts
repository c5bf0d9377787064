import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { Plan } from '../contracts/strategy.ts'
import { parseGraph } from '../graph/text/parse-graph.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { four, row, toyChip } from './fixtures/toy-chip.ts'
import { createResolver } from './resolver.ts'
import { createValueKeys } from './value-keys.ts'

describe('keys', () => {
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, a: four, b: four, c: four },
    nodes: [node('Relu', ['x'], ['a']), node('Exp', ['a'], ['b']), node('Relu', ['x'], ['c'])],
    outputs: ['b', 'c'],
  })
  const table = new Map(['x', 'a', 'b', 'c'].map((name) => [name, row(2, -1)]))
  const keysFor = (plan: Plan, ranges: ReadonlyMap<string, ObservedRange> = new Map(), mode: QuantMode = 'INT8') => {
    const { keyOf } = createResolver(graph, table, toyChip, { mode }).resolve(plan, ranges)
    return { a: keyOf('a'), b: keyOf('b'), c: keyOf('c'), x: keyOf('x') }
  }
  const plain = keysFor(new Map())

  it('are equal for values made in the same way, whatever their names', () => {
    expect(plain.a).toBe(plain.c)
    expect(keysFor(new Map())).toEqual(plain)
  })

  it('change with the mode of a layer, there and behind it, and nowhere else', () => {
    const mixed = keysFor(new Map([['a', 'F16']]))
    expect(mixed.x).toBe(plain.x)
    expect(mixed.c).toBe(plain.c)
    expect(mixed.a).not.toBe(plain.a)
    expect(mixed.b).not.toBe(plain.b)
  })

  it('change with a range', () => {
    const wider = keysFor(
      new Map(),
      new Map([
        ['x', row(3, -1)],
        ['c', row(3, -1)],
      ]),
    )
    expect(wider.x).toBe(plain.x)
    expect(wider.c).not.toBe(plain.c)
    expect(wider.a).not.toBe(plain.a)
  })

  it('do not change with a range that decides nothing', () => {
    expect(keysFor(new Map(), new Map([['b', row(9, -9)]]), 'F32')).toEqual(keysFor(new Map(), new Map(), 'F32'))
  })
})

describe('the key of a value', () => {
  const key = (text: string, name = 'y') => {
    const { nodes, values, inputs, ops } = parseGraph(text)
    const keys = createValueKeys(
      inputs.map((input) => values.get(input.name)!),
      ops,
    )
    keys.moveTo([{ nodes, values: [...values.values()] }])
    return keys.keyOf(name)
  }
  const base =
    'a: i8[2]{scale 0.5, zero 0}; b: i8[2]{scale 0.5, zero 0}; y: i8[2]{scale 1, zero 0} = QAdd(a, b) {multipliers = [1, 2], shifts = [1, 1]}'

  it('is 32 hexadecimal digits, the same for the same', () => {
    expect(key(base)).toMatch(/^[0-9a-f]{32}$/)
    expect(key(base)).toBe(key(base))
  })

  it('differs with the operands and their order, an attribute, the scale of the result', () => {
    const others = [
      base.replace('QAdd(a, b)', 'QAdd(b, a)'),
      base.replace('QAdd(a, b)', 'QAdd(a, a)'),
      base.replace('[1, 2]', '[1, 3]'),
      base.replace('scale 1,', 'scale 2,'),
      base.replace('scale 1, zero 0', 'scale 1, zero 1'),
    ]
    expect(new Set([base, ...others].map((text) => key(text))).size).toBe(others.length + 1)
  })

  it('does not differ with a default that is written out, or a range', () => {
    expect(key(base.replace('shifts = [1, 1]', 'shifts = [1, 1], relu = false'))).toBe(key(base))
    expect(key('x: f32[1]; y: f32[1]{min 0, max 1} = Relu(x)')).toBe(key('x: f32[1]; y = Relu(x)'))
  })

  it('differs for every result of one node', () => {
    const text = 'x: f32[4]; v: f32[2], i: i64[2] = TopK(x) {axis = 0, k = 2}'
    const [values, indices] = [key(text, 'v'), key(text, 'i')]
    expect([values, indices]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)])
    expect(values).not.toBe(indices)
    const smallest = text.replace('k = 2', 'k = 2, largest = false')
    expect([key(smallest, 'v') === values, key(smallest, 'i') === indices]).toEqual([false, false])
  })

  it('differs with the elements of a constant', () => {
    const sum = 'x: f32[2]; w: f32[2] = 1; y = Add(x, w)'
    expect(key(sum.replace('= 1', '= 2'))).not.toBe(key(sum))
  })
})
