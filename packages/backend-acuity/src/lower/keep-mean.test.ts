import { type Graph, graph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { rowsOf, typed } from '../../test/typed-network.ts'
import { acuity } from '../acuity.ts'
import { readGraph } from '../container/read-graph.ts'
import { biasCorrections, withBiases } from '../table/bias-corrections.ts'
import type { AcuityMode } from '../target.ts'
import { withMeans } from './channel-means.ts'

const net = graph`
  x: f32[1,2,2,2]
  w: f32[2,2,1,1] = [0.5, 0.0403, 0.0811, -0.2]
  b: f32[2] = [1, -2]
  y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0], relu = true}
  r = Reshape(y) {shape = [2, 4]}
  m: f32[4,2] = [0.3, 0.01, -0.7, 0.22, 0.11, 0.9, 0.5, 0.2]
  n: f32[2] = [0, 1]
  z = MatMul(r, m, n)
  return z
`
const rows = rowsOf(Object.fromEntries(['x', 'y', 'r', 'z'].map((name) => [name, { min: -1, max: 1.5 }])))
const means = new Map([
  ['x', Float64Array.of(400, 800)],
  ['r', Float64Array.of(100, 200, 300, 400)],
])
const biasesIn = (given: Graph, mode: AcuityMode, plan: Readonly<Record<string, string>> = {}) => {
  const { values } = resolve(given, rows, new Map(Object.entries(plan)), acuity(), { mode }).graph
  return ['y', 'z'].map((name) => Array.from(values.get(`${name}_bias`)?.constant?.data ?? [], Number))
}

describe('a bias makes up for rounded weights where means of channels are known', () => {
  it.each(['UINT8', 'PCQ', 'SYM8', 'DFP8'] as const)('%s: as the table says it, so that what is searched is what is shipped', (mode) => {
    const made = typed(net, mode, rows)
    const corrected = withBiases(net, biasCorrections(net, { ...made, means }))
    expect(biasesIn(withMeans(net, means), mode)).toEqual(biasesIn(corrected, mode))
    expect(biasesIn(withMeans(net, means), mode)).not.toEqual(biasesIn(net, mode))
  })

  it('a layer of 16 bits stays as it is, in a network of them or alone', () => {
    expect(biasesIn(withMeans(net, means), 'DFP16')).toEqual(biasesIn(net, 'DFP16'))
    const [first, second] = biasesIn(withMeans(net, means), 'UINT8', { z: 'DFP16' })
    expect([first, second]).toEqual([biasesIn(withMeans(net, means), 'UINT8')[0], biasesIn(net, 'UINT8', { z: 'DFP16' })[1]])
  })

  it('means of other layers, and none, change nothing', () => {
    expect(biasesIn(withMeans(net, new Map([['z', Float64Array.of(1, 2)]])), 'UINT8')).toEqual(biasesIn(net, 'UINT8'))
    expect(withMeans(withMeans(net, means), new Map())).toEqual(net)
  })

  it('a file has no means', () => {
    const resolved = resolve(withMeans(net, means), rows, new Map(), acuity(), { mode: 'UINT8' }).graph
    const { files, model } = acuity().emit(resolved, { name: 'net', time: 0 })
    expect(Object.keys(readGraph(files.get(model!) as Uint8Array, 'net').properties).filter((name) => name.includes('means'))).toEqual([])
  })
})
