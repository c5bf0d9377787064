import { describe, expect, it } from 'vitest'
import { node, smallGraph, smallSchemes } from '../conformance/small-graph.ts'
import type { Backend, LowerOp } from '../contracts/backend.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import { four, keep, row, toyChip } from './fixtures/toy-chip.ts'
import { loweredTo } from './lower-context.ts'
import { resolve } from './resolve.ts'

describe('codes between layers of two modes of the same width', () => {
  const { INT8 } = smallSchemes
  const withZeroPoints = { ...INT8, activations: { bits: 8, sign: 'unsigned', zeroPoint: 'by-range' } } as const
  const every = { INT8: 'INT8', U8: 'U8', ALSO: 'ALSO', F32: 'F32' }
  const chip: Backend = {
    ...toyChip,
    target: {
      ...toyChip.target,
      modes: ['INT8', 'U8', 'ALSO', 'F32'],
      schemes: { INT8, U8: withZeroPoints, ALSO: { ...INT8 }, F32: smallSchemes.F32 },
      ops: { Relu: every },
      rangeSteps: [],
      casts: {},
    },
    lower: { Relu: keep },
  }
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, a: four, y: four },
    nodes: [node('Relu', ['x'], ['a']), node('Relu', ['a'], ['y'])],
    outputs: ['y'],
  })
  const behind = (mode: string) => {
    const table = new Map(['x', 'a', 'y'].map((name) => [name, row(2, -1)]))
    const { layers, graph: made } = resolve(graph, table, new Map([['y', mode]]), chip, { mode: 'INT8' })
    return layers
      .get('a')!
      .slice(1)
      .map(({ op, outputs: [name] }) => [op, made.values.get(name!)!.type.dtype])
  }

  it('are requantized where the modes store them otherwise', () => {
    expect(behind('U8')).toEqual([['Requantize', 'u8']])
  })

  it('pass as they are where the modes store them alike', () => {
    expect(behind('INT8')).toEqual([])
    expect(behind('ALSO')).toEqual([])
  })

  it('are cast for each zero point, also where type and scale are the same', () => {
    // Least powers of two above 2 / 255 and 1 / 127: 2^-6 both; zero points 64 and 128.
    const powers = (zeroPoint: 'by-range' | 'middle') =>
      ({ ...INT8, activations: { bits: 8, sign: 'unsigned', zeroPoint, scale: 'power-of-two' } }) as const
    const two: Backend = {
      ...chip,
      target: { ...chip.target, schemes: { ...chip.target.schemes, U8: powers('by-range'), ALSO: powers('middle') } },
    }
    const fork = smallGraph({
      stage: 'float',
      values: { x: four, a: four, y: four, z: four },
      nodes: [node('Relu', ['x'], ['a']), node('Relu', ['a'], ['y']), node('Relu', ['a'], ['z'])],
      outputs: ['y', 'z'],
    })
    const table = new Map(['x', 'a', 'y', 'z'].map((name) => [name, row(1, -1)]))
    const modes = new Map([
      ['y', 'U8'],
      ['z', 'ALSO'],
    ] as const)
    const { graph: made } = resolve(fork, table, modes, two, { mode: 'INT8' })
    const quants = made.nodes.filter(({ op }) => op === 'Requantize').map(({ outputs: [name] }) => made.values.get(name!)!.type.quant)
    expect(quants.map((quant) => [quant!.scale, quant!.zeroPoint]).sort()).toEqual([
      [2 ** -6, 128],
      [2 ** -6, 64],
    ])
  })
})

describe('a cast for layers of two modes', () => {
  const { INT8, F32 } = smallSchemes
  const modes = { ONE: 'ONE', OTHER: 'OTHER', WIDE: 'WIDE', F32: 'F32' }
  const chipOf = (one: Partial<typeof INT8>, other: Partial<IntegerScheme>): Backend => {
    const WIDE: IntegerScheme = { ...INT8, activations: { ...INT8.activations, bits: 16 } }
    const schemes = { ONE: { ...INT8, ...one }, OTHER: { ...INT8, ...other }, WIDE, F32 }
    const target = { ...toyChip.target, modes: Object.keys(modes), schemes, ops: { Relu: modes, Abs: modes }, rangeSteps: [], casts: {} }
    return { ...toyChip, target, lower: { Relu: keep, Abs: keep }, simplify: [] }
  }
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, s: four, a: four, b: four },
    nodes: [node('Abs', ['x'], ['s']), node('Relu', ['s'], ['a']), node('Relu', ['s'], ['b'])],
    outputs: ['a', 'b'],
  })
  const table = new Map(['x', 's', 'a', 'b'].map((name) => [name, row(2, -1)]))
  const castsBehind = (chip: Backend, mode: string) => {
    const plan = new Map([['s', mode], ['b', 'OTHER']]) // biome-ignore format: a plan
    return resolve(graph, table, plan, chip, { mode: 'ONE' })
      .layers.get('s')!
      .slice(1)
      .map(({ outputs, attrs }) => [outputs[0], attrs['rounding']])
  }

  it('serves both where they make it alike', () => {
    expect(castsBehind(chipOf({}, {}), 'F32')).toEqual([['sa_i8', 'half-away-from-zero']])
    expect(castsBehind(chipOf({}, {}), 'WIDE')).toEqual([['sa_i8', 'half-up']])
  })

  it('serves one where they round otherwise', () => {
    const down = chipOf({}, { rounding: { ...INT8.rounding, cast: 'down' } })
    expect(castsBehind(down, 'F32')).toEqual([['sb_i8', 'down'], ['sa_i8', 'half-away-from-zero']]) // biome-ignore format: casts
    expect(castsBehind(down, 'WIDE')).toEqual([['sa_i8', 'half-up']])
    const requantized = chipOf({}, { rounding: { ...INT8.rounding, requantize: 'down' } })
    expect(castsBehind(requantized, 'WIDE')).toEqual([['sb_i8', 'down'], ['sa_i8', 'half-up']]) // biome-ignore format: casts
    expect(castsBehind(requantized, 'F32')).toEqual([['sa_i8', 'half-away-from-zero']])
  })

  it('serves one where they encode its factor otherwise', () => {
    const shifting = chipOf({}, { multipliers: { ...INT8.multipliers, cast: { kind: 'shift' } } })
    expect(castsBehind(shifting, 'WIDE').map(([name]) => name)).toEqual(['sb_i8', 'sa_i8'])
    expect(castsBehind(shifting, 'F32').map(([name]) => name)).toEqual(['sa_i8'])
  })
})

describe('a result of the graph', () => {
  it('leaves as float32 by the cast that a layer shares which needs it so', () => {
    const graph = smallGraph({
      stage: 'float',
      values: { x: four, a: four, b: four },
      nodes: [node('Relu', ['x'], ['a']), node('Exp', ['a'], ['b'])],
      outputs: ['a', 'b'],
    })
    const table = new Map(['x', 'a', 'b'].map((name) => [name, row(2, -1)]))
    const { graph: made } = resolve(graph, table, new Map(), toyChip, { mode: 'INT8' })
    expect(made.outputs.map((name) => made.values.get(name)!.type.dtype)).toEqual(['f32', 'f32'])
    expect(made.nodes.find(({ op }) => op === 'Exp')!.inputs).toEqual([made.outputs[0]])
    expect(made.nodes.filter(({ op }) => op === 'DequantizeLinear')).toHaveLength(1)
  })
})

describe('bfloat16 numbers for layers of modes that make them in different styles', () => {
  const modes = { INT8: 'INT8', CUT: 'CUT', NEAR: 'NEAR', F32: 'F32' }
  const asBf16: LowerOp = (each, context) => {
    const dtype = context.scheme.kind === 'float' ? context.scheme.dtype : 'f32'
    return loweredTo(each, [{ name: each.outputs[0]!, type: { ...context.typeOf(each.outputs[0]!), dtype } }])
  }
  const chip: Backend = {
    ...toyChip,
    target: {
      ...toyChip.target,
      modes: ['INT8', 'CUT', 'NEAR', 'F32'],
      schemes: {
        INT8: smallSchemes.INT8,
        CUT: { kind: 'float', dtype: 'bf16', bf16: 'truncate' },
        NEAR: { kind: 'float', dtype: 'bf16' },
        F32: smallSchemes.F32,
      },
      ops: { Exp: modes },
      rangeSteps: [],
      casts: {},
    },
    lower: { Exp: asBf16 },
  }
  const names = ['a', 'b', 'c']
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, a: four, b: four, c: four },
    nodes: names.map((name) => node('Exp', ['x'], [name])),
    outputs: names,
  })

  it('are cast for each style, and once for layers of the same', () => {
    const plan = new Map([
      ['a', 'CUT'],
      ['b', 'NEAR'],
      ['c', 'CUT'],
    ])
    const { layers } = resolve(graph, new Map(), plan, chip, { mode: 'F32' })
    expect(layers.get('x')!.map(({ outputs, attrs }) => [outputs[0], attrs['bf16']])).toEqual([
      ['xb_bf16', undefined],
      ['xa_bf16', 'truncate'],
    ])
    expect(names.map((name) => layers.get(name)![0]!.inputs[0])).toEqual(['xa_bf16', 'xb_bf16', 'xa_bf16'])
  })
})
