import { describe, expect, it } from 'vitest'
import { resolvedText } from '../../test/resolved-text.ts'

const lowered = (text: string) => resolvedText(text).graph
const refusal = (found: string) => expect.objectContaining({ code: 'OP_UNSUPPORTED', found })

describe('layers that the host computes', () => {
  it.each(['CumSum(x) {axis = 1}', 'GridSample(x, g)'])('are in float32 in a network of codes: %s', (call) => {
    const graph = lowered(`x: f32[1,2,3,3]; ${call.includes('g') ? 'g: f32[1,3,3,2]; ' : ''}y = ${call}`)
    const node = graph.nodes.find(({ outputs }) => outputs[0] === 'y')!
    expect([...node.inputs, 'y'].map((name) => graph.values.get(name!)!.type.dtype)).toEqual(node.inputs.map(() => 'f32').concat('f32'))
  })

  it.each(['GatherElements(x, p) {axis = 2}', 'GatherND(x, p)'])('pick at places that count from the front: %s', (call) => {
    const graph = lowered(`x: f32[1,1,4]; p: f32[1,1,3] = [0, -1, -4]; y = ${call}`)
    const places = graph.values.get('y_indices_int32')!.constant!
    expect([places.dtype, ...places.data]).toEqual(['i32', 0, ...(call.startsWith('GatherND') ? [0, 0] : [3, 0])])
  })

  it('do not pick at places that are computed', () => {
    expect(() => lowered('x: f32[1,1,4]; p: f32[1,1,3]; y = GatherElements(x, p) {axis = 2}')).toThrowError(refusal('p, which is computed'))
  })

  it('give the largest elements along the last axis, to which the chip brings another one', () => {
    const along = (axis: number) =>
      lowered(`x: f32[1,4,3]; y, at = TopK(x) {axis = ${axis}, k = 2}; z = Relu(y); return z`).nodes.filter(({ op }) =>
        /TopK|Transpose/.test(op),
      )
    expect(along(2)).toMatchObject([{ op: 'TopK', outputs: ['y'] }])
    expect(along(1)).toMatchObject([
      { op: 'Transpose', attrs: { perm: [0, 2, 1] } },
      { op: 'TopK', attrs: { axis: 2 } },
      { op: 'Transpose', outputs: ['y'], attrs: { perm: [0, 2, 1] } },
    ])
  })

  /* The runtime of TPU-MLIR 1.30.2 computes something else of these, or ends. */
  it.each([
    ['x: f32[1,1,1,1,4]; p: f32[1,1,1,1,2] = [0, 1]; y = GatherElements(x, p) {axis = 4}', 'an operand of [1, 1, 1, 1, 4]'],
    ['x: f32[1,1,1,1,4]; y, at = TopK(x) {axis = 4, k = 2}; return y', 'an operand of [1, 1, 1, 1, 4]'],
    ['x: f32[1,1,2,2,2]; g: f32[1,2,2,2,3]; y = GridSample(x, g)', 'an operand of [1, 1, 2, 2, 2]'],
    ['x: f32[1,1,2,2]; g: f32[1,2,2,2]; y = GridSample(x, g) {mode = "cubic"}', 'the mode cubic'],
  ])('are refused in forms that the host does not have: %s', (text, found) => {
    expect(() => lowered(text)).toThrowError(refusal(found))
  })

  it('do not give the places of the largest elements', () => {
    expect(() => lowered('x: f32[1,4,3]; y, at = TopK(x) {axis = 2, k = 2}; z = Relu(at)')).toThrowError(refusal('at, which is used'))
  })
})
