import { describe, expect, it } from 'vitest'
import { f32, node, type SmallValue, smallGraph, smallSchemes } from '../conformance/small-graph.ts'
import type { Backend, LowerOp } from '../contracts/backend.ts'
import { defineTarget } from '../contracts/target.ts'
import type { Graph, Node } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { loweredTo } from './lower-context.ts'
import { resolve } from './resolve.ts'

/** Keeps the node: on codes of its own range in INT8, else on the float type of the mode. */
const keep: LowerOp = (each, context) =>
  loweredTo(
    each,
    each.outputs.map((name) => ({
      name,
      type:
        context.mode === 'INT8' ? context.quantizedType(name) : { ...context.typeOf(name), dtype: context.mode === 'F16' ? 'f16' : 'f32' },
    })),
  )

const target = defineTarget({
  name: 'toy',
  modes: ['INT8', 'F16', 'F32'],
  schemes: smallSchemes,
  defaultFloat: 'F16',
  floatModes: ['F16', 'F32'],
  ops: {
    Relu: { INT8: 'INT8', F16: 'F16', F32: 'F32' },
    Exp: { INT8: 'F32', F16: 'F32', F32: 'F32' },
    Reshape: { INT8: 'INT8', F16: 'F16', F32: 'F32' },
    Softmax: { INT8: 'INT8', F16: 'F16', F32: 'F32' },
  },
  highPrecision: { Softmax: 'F32' },
  rangeSteps: [],
  typeFollowers: ['Reshape'],
  casts: { suffixes: { i8: 'si8', u8: 'ui8' } },
  tolerance: {},
})

const toy: Backend = {
  name: 'toy',
  target,
  lower: {
    Relu: keep,
    Exp: keep,
    Reshape: keep,
    Softmax: keep,
  },
  emit: () => ({ files: new Map(), diagnostics: [] }),
}

const t: SmallValue = { type: f32(1, 4) }
const row = (threshold: number, min = 0) => ({ threshold, min, max: threshold })
const chain = (...nodes: readonly Node[]): Graph =>
  smallGraph({
    stage: 'float',
    values: Object.fromEntries([['x', t], ...nodes.flatMap(({ outputs }) => outputs.map((name) => [name, t] as const))]),
    nodes,
    outputs: [nodes.at(-1)!.outputs[0]!],
  })

const table = new Map([
  ['x', row(2, -2)],
  ['a', row(2)],
  ['b', row(2.54)],
  ['c', row(2)],
  ['e', row(2)],
  ['f', row(2)],
])
const printed = ({ nodes }: Graph): readonly string[] =>
  nodes.map(({ op, inputs, outputs }) => `${outputs.join()} = ${op}(${inputs.join()})`)
const run = (graph: Graph, mode: QuantMode, plan: ReadonlyMap<string, QuantMode> = new Map(), more = {}) =>
  resolve(graph, table, plan, toy, { mode, ...more })

describe('casts', () => {
  it('stand behind the value, named for value, user and type; results go back to float', () => {
    const { graph } = run(chain(node('Relu', ['x'], ['a'])), 'INT8')
    expect(printed(graph)).toEqual(['xa_si8 = QuantizeLinear(x)', 'a = Relu(xa_si8)', 'a_f32 = DequantizeLinear(a)'])
    expect(graph.outputs).toEqual(['a_f32'])
    expect(graph.values.get('xa_si8')!.type).toEqual({
      dtype: 'i8',
      shape: [1, 4],
      quant: { scale: 2 / 127, zeroPoint: 0, expressed: 'f32' },
    })
    expect(graph.values.get('a')!.type.quant!.scale).toBe(2 / 255)
    expect(graph.values.get('a_f32')!.type).toEqual({ dtype: 'f32', shape: [1, 4] })
  })

  it('serve all later users of the same type; a cast made later stands in front', () => {
    const graph = smallGraph({
      stage: 'float',
      values: { x: t, a: t, b: t, c: t },
      outputs: ['a', 'b', 'c'],
      nodes: [node('Relu', ['x'], ['a']), node('Relu', ['x'], ['b']), node('Relu', ['x'], ['c'])],
    })
    expect(printed(run(graph, 'INT8', new Map([['b', 'F16']])).graph).slice(0, 5)).toEqual([
      'xb_f16 = Cast(x)',
      'xa_si8 = QuantizeLinear(x)',
      'a = Relu(xa_si8)',
      'a_f32 = DequantizeLinear(a)',
      'b = Relu(xb_f16)',
    ])
  })

  it('to codes remember the float type they were made from', () => {
    const { graph } = run(chain(node('Relu', ['x'], ['a']), node('Relu', ['a'], ['b'])), 'INT8', new Map([['a', 'F16']]))
    expect(graph.values.get('ab_ui8')!.type.quant).toEqual({ scale: 2 / 255, zeroPoint: 0, expressed: 'f16' })
  })

  it('are not needed where the result is float32 already', () => {
    expect(printed(run(chain(node('Exp', ['x'], ['a'])), 'F16').graph)).toEqual(['a = Exp(x)'])
  })

  it('move behind operators that follow the type of their operand', () => {
    const { graph } = run(chain(node('Reshape', ['x'], ['a'], { shape: [1, 4] }), node('Relu', ['a'], ['b'])), 'INT8')
    expect(printed(graph)).toEqual(['a = Reshape(x)', 'ab_si8 = QuantizeLinear(a)', 'b = Relu(ab_si8)', 'b_f32 = DequantizeLinear(b)'])
  })
})

describe('modes', () => {
  it('come from the plan, then from the graph, then from what the target makes of them', () => {
    const { graph } = run(chain(node('Relu', ['x'], ['a']), node('Exp', ['a'], ['b'])), 'INT8', new Map([['a', 'F16']]))
    expect([graph.values.get('a')!.type.dtype, graph.values.get('b')!.type.dtype]).toEqual(['f16', 'f32'])
  })

  it('are wider when high precision is wanted', () => {
    const graph = chain(node('Softmax', ['x'], ['a']))
    expect(run(graph, 'INT8', new Map(), { highPrecision: true }).graph.values.get('a')!.type.dtype).toBe('f32')
    expect(run(graph, 'INT8').graph.values.get('a')!.type.dtype).toBe('u8')
  })

  it('a target does not have are refused with a list of those it has', () => {
    const graph = chain(node('Relu', ['x'], ['a']))
    expect(() => run(graph, 'BF16')).toThrowError(
      expect.objectContaining({ code: 'MODE_UNSUPPORTED', found: 'BF16', wanted: 'INT8, F16, F32' }),
    )
    expect(() => run(graph, 'INT8', new Map([['a', 'W8F16']]))).toThrowError(
      expect.objectContaining({ code: 'MODE_UNSUPPORTED', at: ['a'] }),
    )
    expect(() => run(graph, 'INT8', new Map(), { asymmetric: true })).toThrowError(expect.objectContaining({ code: 'MODE_UNSUPPORTED' }))
  })

  it('an operator the target does not know is refused, naming the layer', () => {
    expect(() => run(chain(node('Sin', ['x'], ['a'])), 'INT8')).toThrowError(expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['a'] }))
  })
})

describe('resolve', () => {
  it('names the layer that has no range', () => {
    expect(() => run(chain(node('Relu', ['x'], ['d'])), 'INT8')).toThrowError(expect.objectContaining({ code: 'RANGE_MISSING', at: ['d'] }))
    const graph = chain(node('Exp', ['x'], ['d']), node('Relu', ['d'], ['a']))
    expect(() => run(graph, 'INT8')).toThrowError(expect.objectContaining({ code: 'RANGE_MISSING', at: ['a', 'd'] }))
  })

  it('works without a table in float modes', () => {
    const graph = chain(node('Relu', ['x'], ['a']))
    expect(printed(resolve(graph, undefined, new Map(), toy, { mode: 'F16' }).graph)).toEqual([
      'xa_f16 = Cast(x)',
      'a = Relu(xa_f16)',
      'a_f32 = Cast(a)',
    ])
  })

  it('says where every node comes from, and what the graph is for', () => {
    const { graph } = run(chain(node('Relu', ['x'], ['a'])), 'INT8')
    expect(graph.nodes.map(({ origin }) => origin)).toEqual([['a'], ['a'], []])
    expect(graph.properties).toMatchObject({ stage: 'quantized', chip: 'toy', mode: 'INT8', asymmetric: false })
  })

  it('quantizes an input by the range that rules give it', () => {
    const backward: Backend = { ...toy, target: { ...target, rangeSteps: [[{ rule: 'backward', ops: ['Relu'] }]] } }
    const { graph } = resolve(chain(node('Relu', ['x'], ['a'])), table, new Map(), backward, { mode: 'INT8' })
    expect(graph.values.get('xa_ui8')!.type).toMatchObject({ dtype: 'u8', quant: { scale: 2 / 255, zeroPoint: 0 } })
    expect(graph.values.get('x')!.type.range).toEqual({ min: 0, max: 2 })
  })

  it('leaves the float graph as it is and gives the same graph twice', () => {
    const graph = chain(node('Relu', ['x'], ['a']), node('Exp', ['a'], ['b']))
    const before = JSON.stringify([...graph.values])
    const [first, second] = [run(graph, 'INT8').graph, run(graph, 'INT8').graph]
    expect(JSON.stringify([...graph.values])).toBe(before)
    expect([printed(first), [...first.values]]).toEqual([printed(second), [...second.values]])
  })
})
