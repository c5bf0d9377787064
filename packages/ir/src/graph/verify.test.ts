import { describe, expect, it } from 'vitest'
import { graph } from './text/graph-tag.ts'
import type { Graph, Node, Value } from './types.ts'
import { graphDefects, verifyGraph } from './verify.ts'

const sound = graph`
  x: f32[1,2,4,4]
  w: f32[3,2,3,3] = 0.5
  c = Conv(x, w) {strides = [1, 1], pads = [1, 1, 1, 1]}
  y = Relu(c)
`
const withNodes = (change: (nodes: readonly Node[]) => readonly Node[]): Graph => ({ ...sound, nodes: change(sound.nodes) })
const withValue = (value: Value): Graph => ({ ...sound, values: new Map([...sound.values, [value.name, value]]) })
const codes = (broken: Graph) => graphDefects(broken).map(({ code, at }) => `${code} ${at.join(' ')}`)

describe('verifyGraph', () => {
  it('says nothing about a sound graph', () => expect(verifyGraph(sound)).toBeUndefined())
  it('throws the first defect', () => {
    const broken = withNodes(([conv, relu]) => [{ ...conv!, attrs: { ...conv!.attrs, padding: [1] } }, relu!])
    expect(() => verifyGraph(broken)).toThrow(expect.objectContaining({ code: 'ATTR_UNKNOWN', at: ['c'] }))
  })
})

describe('graphDefects', () => {
  it('finds an operand that is made later', () => {
    expect(codes(withNodes(([conv, relu]) => [relu!, conv!]))).toEqual(['GRAPH_ORDER y'])
  })
  it('finds a value without a type', () => {
    expect(codes(withNodes(([conv, relu]) => [conv!, { ...relu!, inputs: ['q'] }]))).toEqual(['GRAPH_VALUE y'])
  })
  it('finds a value that is made twice', () => {
    expect(codes(withNodes(([conv, relu]) => [conv!, relu!, relu!]))).toEqual(['GRAPH_TWICE y'])
  })
  it('finds an operator that is not known', () => {
    expect(codes(withNodes(([conv, relu]) => [conv!, { ...relu!, op: 'Rleu' }]))).toEqual(['OP_UNKNOWN y'])
  })
  it('finds an operand too many and a result too many', () => {
    expect(codes(withNodes(([conv, relu]) => [conv!, { ...relu!, inputs: ['c', 'c'] }]))).toEqual(['GRAPH_OPERANDS y'])
    const two = withValue({ name: 'y2', type: { dtype: 'f32', shape: [1, 3, 4, 4] } })
    expect(codes({ ...two, nodes: [sound.nodes[0]!, { ...sound.nodes[1]!, outputs: ['y', 'y2'] }] })).toEqual(['GRAPH_OPERANDS y'])
  })
  it('finds a shape that the operator does not give', () => {
    expect(graphDefects(withValue({ name: 'y', type: { dtype: 'f32', shape: [1, 3, 4, 5] } }))).toMatchObject([
      { code: 'GRAPH_SHAPE', at: ['y'], found: '[1, 3, 4, 5]', wanted: '[1, 3, 4, 4]' },
    ])
  })
  it('finds operands that do not fit', () => {
    const broken = withValue({ name: 'w', type: { dtype: 'f32', shape: [3, 1, 3, 3] }, isConstant: true })
    expect(codes(broken)).toEqual(['SHAPE_MISMATCH c'])
  })
  it('finds a constant that does not fill its shape', () => {
    const constant = { dtype: 'f32', shape: [3, 2, 3, 3], data: new Float32Array(53) } as const
    expect(codes(withValue({ name: 'w', type: { dtype: 'f32', shape: [3, 2, 3, 3] }, constant }))).toEqual(['GRAPH_CONSTANT w'])
  })
  it('finds an output that nothing makes', () => expect(codes({ ...sound, outputs: ['y', 'z'] })).toEqual(['GRAPH_OUTPUT z']))
  it('finds everything at once', () => {
    expect(codes({ ...withNodes(([conv, relu]) => [relu!, conv!, conv!]), outputs: ['z'] })).toEqual([
      'GRAPH_ORDER y',
      'GRAPH_TWICE c',
      'GRAPH_OUTPUT z',
    ])
  })
})
