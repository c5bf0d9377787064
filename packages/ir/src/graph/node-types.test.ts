import { describe, expect, it } from 'vitest'
import { bool, defineOp, floats, int, ints, maybe, one, optional, own, text } from '../ops/define.ts'
import { floatOps, opSet } from '../ops/op-set.ts'
import { attributesOf, definitionOf, inferNode } from './node-types.ts'
import type { Attrs, Node, TensorType } from './types.ts'

const Sample = defineOp({
  name: 'Sample',
  inputs: { x: one(own()), y: optional(own()) },
  outputs: { z: own() },
  attrs: {
    axis: int(),
    scale: floats([1]),
    mode: text(['linear', 'nearest'], 'linear'),
    flag: bool(false),
    limit: maybe(int()),
    shifts: maybe({ ...ints(), least: -63 }),
  },
  infer: ({ x, y }, { axis, limit }) => ({ z: { dtype: x.dtype, shape: [axis, limit ?? -1, y === undefined ? 0 : 1] } }),
})
const ops = opSet([Sample])
const node = (attrs: Attrs, inputs: Node['inputs'] = ['x']): Node => ({ op: 'Sample', inputs, outputs: ['z'], attrs })
const typeOf = (): TensorType => ({ dtype: 'f32', shape: [2] })
const refusal = (code: string, more = {}) => expect.objectContaining({ code, at: ['z'], ...more })

describe('definitionOf', () => {
  it('names the operator it does not know and the nearest it does', () => {
    const unknown: Node = { op: 'Rleu', inputs: ['x'], outputs: ['y_Relu'], attrs: {} }
    expect(() => definitionOf(unknown, floatOps)).toThrow(
      expect.objectContaining({ code: 'OP_UNKNOWN', at: ['y_Relu'], hint: expect.stringContaining('Relu') }),
    )
  })
})

describe('attributesOf', () => {
  it('fills defaults in and leaves out what may be absent', () => {
    expect(attributesOf(node({ axis: 1 }), Sample)).toEqual({ axis: 1, scale: [1], mode: 'linear', flag: false })
  })
  it('refuses an attribute that is not there, with the nearest that is', () => {
    expect(() => attributesOf(node({ axis: 1, mdoe: 'linear' }), Sample)).toThrow(refusal('ATTR_UNKNOWN', { hint: 'did you mean mode?' }))
  })
  it('refuses to go without an attribute that has no default', () => {
    expect(() => attributesOf(node({}), Sample)).toThrow(refusal('ATTR_MISSING', { wanted: 'int' }))
  })
  it.each<[string, Attrs, string]>([
    ['a broken number for an int', { axis: 1.5 }, 'int'],
    ['a number that is too small', { axis: 1, shifts: [0, -64] }, 'ints of -63 and more'],
    ['a word for an int', { axis: '1' }, 'int'],
    ['a word outside the list', { axis: 1, mode: 'cubic' }, 'linear, nearest'],
    ['a number for a bool', { axis: 1, flag: 1 }, 'bool'],
    ['a number for a list', { axis: 1, scale: 2 }, 'floats'],
    ['words in a list of numbers', { axis: 1, scale: ['a'] }, 'floats'],
  ])('refuses %s', (_, attrs, wanted) => {
    expect(() => attributesOf(node(attrs), Sample)).toThrow(refusal('ATTR_TYPE', { wanted }))
  })
})

describe('inferNode', () => {
  it('hands the type rule operands by name and attributes with their defaults', () => {
    expect(inferNode(node({ axis: 3 }), ops, typeOf)).toEqual([{ dtype: 'f32', shape: [3, -1, 0] }])
    expect(inferNode(node({ axis: 3, limit: 7 }, ['x', 'y']), ops, typeOf)).toEqual([{ dtype: 'f32', shape: [3, 7, 1] }])
  })
  it('refuses to go without an operand that must be there', () => {
    expect(() => inferNode(node({ axis: 1 }, [undefined, 'y']), ops, typeOf)).toThrow(refusal('OPERAND_MISSING'))
  })
  it('says at which node the operands do not fit', () => {
    const add: Node = { op: 'Add', inputs: ['a', 'b'], outputs: ['sum_Add'], attrs: {} }
    expect(() => inferNode(add, floatOps, (name) => ({ dtype: 'f32', shape: [name === 'a' ? 2 : 3] }))).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', at: ['sum_Add'], found: '[2] and [3]', message: expect.stringMatching(/^Add: /) }),
    )
  })
  it('gives as many types as the node has results', () => {
    const top: Node = { op: 'TopK', inputs: ['x'], outputs: ['values'], attrs: { k: 1 } }
    expect(inferNode(top, floatOps, typeOf)).toEqual([{ dtype: 'f32', shape: [1] }])
  })
})
