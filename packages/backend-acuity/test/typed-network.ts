import { type Graph, graph, type ObservedRange, type Plan, type Resolved, resolve } from '@q/ir'
import { acuity } from '../src/acuity.ts'
import { type Converter, convertersOf } from '../src/hybrid/converters.ts'
import { type ReadTypes, readTypes } from '../src/hybrid/read-types.ts'
import { type NetworkLayers, networkLayers } from '../src/network/network-layers.ts'
import { type MadeAs, madeAs } from '../src/table/value-modes.ts'
import type { AcuityMode } from '../src/target.ts'

/** A sum with its ReLU6, a pool, and a matrix product behind a reshape. */
export const small: Graph = graph`
  x: f32[1,1,2,2]
  w: f32[2,1,1,1] = [0.5, -1]
  b: f32[2] = [0.25, -3]
  y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0], relu = true, reluLimit = 6}
  p = MaxPool(y) {kernel_shape = [2, 2], strides = [2, 2], pads = [0, 0, 0, 0]}
  r = Reshape(p) {shape = [1, 2]}
  m: f32[2,3] = [1, -2, 3, 0.5, 0.25, -0.125]
  n: f32[3] = [0, 1, -1]
  z = MatMul(r, m, n)
  return z
`

/** Ranges of the golden vectors (spec/acuity.md 4.2), by value of {@link small}. */
export const goldenRanges = {
  x: { min: -1, max: 0.9765625 },
  y: { min: 0, max: 6 },
  p: { min: 0, max: 6 },
  r: { min: 0, max: 6 },
  z: { min: -2.88, max: 2.705 },
} as const

/** Rows of a calibration. */
export const rowsOf = (ranges: Readonly<Record<string, { readonly min: number; readonly max: number }>>): Map<string, ObservedRange> =>
  new Map(Object.entries(ranges).map(([name, { min, max }]) => [name, { min, max, threshold: Math.max(Math.abs(min), Math.abs(max)) }]))

/** A network with types, and what stands between its layers. */
interface TypedNetwork {
  readonly layers: NetworkLayers
  readonly rows: ReadonlyMap<string, ObservedRange>
  readonly resolved: Resolved
  readonly made: ReadonlyMap<string, MadeAs>
  readonly reads: ReadTypes
  readonly converters: readonly Converter[]
}

/** The network in a mode, layers of the plan in theirs. */
export function typed(net: Graph, mode: AcuityMode, rows: ReadonlyMap<string, ObservedRange>, plan: Plan = new Map()): TypedNetwork {
  const layers = networkLayers(net)
  const backend = acuity()
  const resolved = resolve(net, rows, plan, backend, { mode })
  const made = madeAs(net, resolved, { target: backend.target, mode })
  const reads = readTypes(layers, resolved, made)
  return { layers, rows, resolved, made, reads, converters: convertersOf(layers, made, reads, mode) }
}
