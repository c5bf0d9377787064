import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from '../cv18xx.ts'

const table = (rows: number) => `t: f32[${rows},1] = [${Array.from({ length: rows }, () => 0.3).join(', ')}]`

/** A network as the chip computes it, whose ids are whole numbers. */
function lowered(text: string) {
  const graph = parseGraph(text)
  const ranges = new Map([...graph.values.keys()].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
  const inputs = graph.inputs.map((input) => (input.name === 'i' ? { ...input, sourceDtype: 'i32' as const } : input))
  return resolve({ ...graph, inputs }, ranges, new Map(), cv18xx(), { mode: 'INT8' }).graph
}

describe('rows of a table', () => {
  it('are looked up in bfloat16 by the ids that are fed, and made codes behind', () => {
    const graph = lowered(`i: f32[1,2]; ${table(3)}; e = Gather(t, i) {axis = 0}; y = Relu(e)`)
    const [gather, cast] = graph.nodes
    expect([gather, cast].map((node) => node!.op)).toEqual(['Gather', 'QuantizeLinear'])
    expect(gather!.inputs.map((name) => graph.values.get(name!)!.type.dtype)).toEqual(['bf16', 'i32'])
    expect(graph.values.get('e')!.type.dtype).toBe('bf16')
  })

  it('of a computed tensor are slices at known places, one behind the other', () => {
    const graph = lowered('x: f32[1,4,2]; p: f32[2] = [2, -4]; y = Gather(x, p) {axis = 1}')
    const made = graph.nodes.filter(({ op }) => op === 'Slice' || op === 'Concat')
    expect(made.map(({ op }) => op)).toEqual(['Slice', 'Slice', 'Concat'])
    expect(made.slice(0, 2).map(({ attrs }) => attrs['starts'])).toEqual([
      [0, 2, 0],
      [0, 0, 0],
    ])
    const one = lowered('x: f32[1,4,2]; p: f32[1] = [3]; y = Gather(x, p) {axis = 1, keepdims = false}')
    expect(one.nodes.map(({ op }) => op)).toEqual(['Cast', 'Slice', 'Reshape', 'Cast'])
  })

  it.each([
    ['x: f32[3,1]; i: f32[1,2]; y = Gather(x, i) {axis = 0}', 'x and i, which are computed'],
    [`i: f32[1,2]; ${table(3)}; y = Gather(t, i) {axis = 1}`, 'axis 1 of [3, 1]'],
    [`x: f32[1,2]; j = Relu(x); ${table(3)}; y = Gather(t, j) {axis = 0}`, 'j, which is computed'],
    [`i: f32[1,2]; ${table(65537)}; y = Gather(t, i) {axis = 0}`, '65537 rows'],
  ])('are refused where the host has no such form: %.40s', (text, found) => {
    expect(() => lowered(text)).toThrowError(expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['y'], found }))
  })
})
