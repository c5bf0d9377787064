import { createHash } from 'node:crypto'
import type { Resolved, Tensor } from '@q/ir'

/** For `JSON.stringify`, which has no infinities. */
export const plain = (_: string, value: unknown): unknown => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value)

/** A digest of the elements as they are now. */
export const bytesOf = ({ data }: Tensor): string =>
  createHash('sha1')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')

/** All that a result says, as lines: graph, constants by their bytes, plan, diagnostics, the set of values, the key of each. */
export function comparable({ graph, plan, diagnostics, keyOf }: Resolved): readonly string[] {
  const values = [...graph.values.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return [
    ...graph.nodes.map((node) => ['node', node]),
    ...values.map(({ name, type, constant, isConstant }) => [
      ...['value', name, type, isConstant],
      constant === undefined ? null : [constant.dtype, constant.shape, bytesOf(constant)],
    ]),
    ...values.map(({ name }) => ['key', name, keyOf(name)]),
    ['graph', graph.name, graph.inputs, graph.outputs, graph.properties],
    ...[...plan].sort(([a], [b]) => (a < b ? -1 : 1)).map((entry) => ['plan', entry]),
    ...diagnostics.map((each) => ['diagnostic', each]),
  ].map((line) => JSON.stringify(line, plain))
}
