import { type Graph, graph, printGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { acuity } from '../acuity.ts'
import { readGraph } from './read-graph.ts'
import { writeGraph } from './write-graph.ts'

const finite = graph`
  x: f32[1,2,4,4]
  w: f32[2,2,1,1] = [0.5, -1, 2, 0.25]
  b: f32[2] = [1, -1]
  y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}
  z = Pad(y) {pads = [0, 0, 1, 1, 0, 0, 1, 1], value = 0.25}
  return z
`
/** A border below every number, as in front of a max pool. */
const net: Graph = {
  ...finite,
  nodes: finite.nodes.map((node) => (node.op === 'Pad' ? { ...node, attrs: { ...node.attrs, value: Number.NEGATIVE_INFINITY } } : node)),
}
const whole = { longestConstant: Number.POSITIVE_INFINITY }

describe('the file of a graph', () => {
  it('gives the graph back, numbers that JSON has not and 64-bit integers included', () => {
    expect(printGraph(readGraph(writeGraph(net), 'net.data'), whole)).toBe(printGraph(net, whole))
    const table = new Map(['x', 'y'].map((name) => [name, { threshold: 1, min: -1, max: 1 }]))
    const short = graph`x: f32[1,2,4,4]; w: f32[2,2,1,1] = 0.5; b: f32[2] = [1, -1]; y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}`
    const quantized = resolve(short, table, new Map(), acuity(), { mode: 'DFP16' }).graph
    expect(printGraph(readGraph(writeGraph(quantized), 'net.qacuity'), whole)).toBe(printGraph(quantized, whole))
  })

  it.each([
    ['one of the toolkit', (file: Uint8Array) => file.subarray(5)],
    ['one that is cut off', (file: Uint8Array) => file.subarray(0, -8)],
    ['one with another byte', (file: Uint8Array) => file.with(100, 7)],
  ])('%s is refused', (_, damage) => {
    expect(() => readGraph(damage(writeGraph(net)), 'net.data')).toThrow(expect.objectContaining({ code: 'GRAPH_FILE', at: ['net.data'] }))
  })
})
