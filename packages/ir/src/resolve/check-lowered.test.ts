import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { LowerOp } from '../contracts/backend.ts'
import type { Attrs, Quant, Value } from '../graph/types.ts'
import { encodeFactor } from '../number/encode-factor.ts'
import { four, keep, row, toyChip } from './fixtures/toy-chip.ts'
import type { LoweredNode } from './lower-context.ts'
import { createResolver } from './resolver.ts'

const graph = smallGraph({
  stage: 'float',
  values: { x: four, a: four, b: four },
  nodes: [node('Relu', ['x'], ['a']), node('Relu', ['a'], ['b'])],
  outputs: ['b'],
})
const table = new Map(['x', 'a', 'b'].map((name) => [name, row(2)]))

/** Resolves with a lowering of Relu whose result is changed. */
function resolved(change: (lowered: LoweredNode, layer: string) => LoweredNode, plan = new Map<string, string>()) {
  const Relu: LowerOp = (each, context) => change(keep(each, context), each.outputs[0]!)
  const backend = { ...toyChip, name: 'acme', simplify: [], lower: { ...toyChip.lower, Relu } }
  return () => createResolver(graph, table, backend, { mode: 'INT8' }).resolve(plan)
}

const withQuant =
  (more: Partial<Quant>) =>
  (lowered: LoweredNode): LoweredNode => ({
    ...lowered,
    values: lowered.values.map((value): Value => ({ ...value, type: { ...value.type, quant: { ...value.type.quant!, ...more } } })),
  })
const codes: Value = { name: 'codes', type: { dtype: 'i8', shape: [1] }, constant: { dtype: 'i8', shape: [1], data: Int8Array.of(1) } }
const withAttrs =
  (op: string, attrs: Attrs) =>
  (lowered: LoweredNode): LoweredNode => ({ ...lowered, nodes: lowered.nodes.map((each) => ({ ...each, op, attrs })) })

describe('what a lowering gives', () => {
  it.each<[string, (lowered: LoweredNode) => LoweredNode, string, RegExp]>([
    ['a scale that is no number', withQuant({ scale: Number.NaN }), 'NaN', /acme lowers a .*the scale of a/],
    ['a scale of 0', withQuant({ scale: 0 }), '0', /the scale of a/],
    ['a scale below 0', withQuant({ scale: -1 }), '-1', /the scale of a/],
    ['an infinite scale', withQuant({ scale: Infinity }), 'Infinity', /the scale of a/],
    ['one such scale of a slice', withQuant({ axis: 1, scales: [1, 1, 0, 1] }), '0', /the scale of a/],
    ['a zero point that is no code', withQuant({ zeroPoint: 300 }), '300', /zero point/],
    ['a multiplier that is no number', withAttrs('Requantize', { multipliers: [Number.NaN] }), 'NaN', /a multiplier of Requantize a/],
    ['a multiplier with a fraction', withAttrs('Requantize', { multipliers: [0.5] }), '0.5', /a multiplier of Requantize a/],
    ['a multiplier beyond 31 bits', withAttrs('Requantize', { multipliers: [1, 2 ** 31] }), '2147483648', /a multiplier of Requantize a/],
    ['a shift with a fraction', withAttrs('Requantize', { shifts: [1.5] }), '1.5', /a shift of Requantize a/],
    ['an infinite shift', withAttrs('Requantize', { shifts: [Infinity] }), 'Infinity', /a shift of Requantize a/],
    ['a shift beyond every number', withAttrs('Requantize', { shifts: [-64] }), '-64', /a shift of Requantize a/],
    ['a real factor that is none', withAttrs('QAveragePool', { scale: Number.NaN }), 'NaN', /the factor of QAveragePool a/],
    [
      'codes in the array of another type',
      (lowered) => ({ ...lowered, values: [...lowered.values, { ...codes, constant: { ...codes.constant!, data: Float32Array.of(1) } }] }),
      'Float32Array',
      /the elements of codes, of type i8/,
    ],
    ['a result without a type', (lowered) => ({ ...lowered, values: [] }), 'no value of that name', /makes a/],
  ])('is refused with %s, by the names of layer and back end', (_, change, found, message) => {
    expect(resolved(change)).toThrow(
      expect.objectContaining({ code: 'LOWERING_INVALID', at: ['a'], found, message: expect.stringMatching(message) }),
    )
  })

  it('is taken with shifts that leave nothing, and the largest multipliers there are', () => {
    expect(resolved(withAttrs('Requantize', { multipliers: [2 ** 31 - 1], shifts: [106] }))).not.toThrow()
    expect(resolved(withAttrs('Requantize', { multipliers: [1 - 2 ** 31], shifts: [-63] }))).not.toThrow()
  })

  it('has the layer in errors of the kit that do not know it', () => {
    const failing = resolved((lowered) => {
      encodeFactor(Infinity, { kind: 'shift' })
      return lowered
    })
    expect(failing).toThrow(expect.objectContaining({ code: 'MULTIPLIER_OUT_OF_RANGE', at: ['a'], found: 'Infinity' }))
  })
})
