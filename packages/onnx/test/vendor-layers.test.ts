import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Graph, type Node, valueOf } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { references, shared } from './shared-files.ts'
import { topOperator } from './top-spelling.ts'
import { readTop, type TopOperation } from './top-text.ts'

const layerLine = (op: string, results: readonly { readonly name: string; readonly shape: readonly number[] }[]): string =>
  `${op} ${results.map(({ name, shape }) => `${name} [${shape.join()}]`).join(' ')}`

/** What a Top operation says about its operands and attributes, in our words. */
function described(
  node: Node,
  graph: Graph,
  operation: TopOperation,
): { readonly found: Record<string, unknown>; readonly wanted: Record<string, unknown> } {
  const { attrs } = node
  const all: Record<string, unknown> = {
    strides: attrs['strides'],
    pads: attrs['pads'],
    group: attrs['group'],
    kernel_shape: attrs['kernel_shape'],
    alpha: attrs['alpha'],
    eps: attrs['epsilon'],
    do_relu: attrs['relu'] ?? false,
    relu_limit: attrs['reluLimit'] ?? -1,
    order: attrs['perm'],
    tile: attrs['repeats'],
    paddings: attrs['pads'],
    axis: attrs['axis'],
    scale_h: attrs['scale_h'],
    scale_w: attrs['scale_w'],
    count_include_pad: attrs['count_include_pad'],
    K: attrs['k'],
  }
  const number = node.inputs.map((name) => valueOf(graph, name!).constant).find((constant) => constant?.data.length === 1)
  if (number !== undefined && node.op !== 'Not' && node.op !== 'Where') all['const_val'] = Number(number.data[0])
  const found: Record<string, unknown> = {}
  const wanted: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(all)) {
    const said = operation.attrs.get(name)
    if (said === undefined || value === undefined || operation.op === 'Slice') continue
    found[name] = value
    wanted[name] = JSON.parse(said.replaceAll('e+', 'e'))
  }
  return { found, wanted }
}

const sha256 = (data: ArrayBufferView): string =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')

describe.skipIf(shared === undefined)("the layers of canonical graphs are the vendor's (skipped: no ../shared)", () => {
  it.each(references)('$name: names, operators, shapes, order, operands, attributes, weights', async ({ model, top, inputShapes }) => {
    const graph = await importOnnx(readFileSync(join(shared!, model)), inputShapes === undefined ? {} : { inputShapes })
    const operations = readTop(readFileSync(join(shared!, top), 'utf8'))
    const layers = operations.filter(({ op }) => op !== 'Input' && op !== 'Weight')
    expect(layers.length).toBeGreaterThan(0)
    expect(
      graph.nodes.map((node) =>
        layerLine(
          topOperator(node, graph),
          node.outputs.map((name) => ({ name, shape: valueOf(graph, name).type.shape })),
        ),
      ),
    ).toEqual(layers.map(({ op, results }) => layerLine(op, results)))

    const hashFile = join(shared!, dirname(top), 'top_f32.json')
    const hashes = existsSync(hashFile)
      ? (JSON.parse(readFileSync(hashFile, 'utf8')).weights as Record<string, { sha256: string }>)
      : undefined
    const weights = new Map(operations.filter(({ op }) => op === 'Weight').map(({ results: [weight] }) => [weight!.name, weight!.shape]))
    graph.nodes.forEach((node, i) => {
      const operation = layers[i]!
      const { found, wanted } = described(node, graph, operation)
      expect(found, node.outputs[0]).toEqual(wanted)
      const number = /Const$|Where|Reciprocal|Pow/.test(operation.op)
      const ours = node.inputs.filter((name) => name !== undefined && !(number && valueOf(graph, name).constant?.data.length === 1))
      const theirs = operation.inputs.filter((name) => name !== undefined)
      ours.forEach((name, k) => {
        const { constant } = valueOf(graph, name!)
        if (constant === undefined) expect(name).toBe(theirs[k])
        else if (operation.op !== 'Deconv' || k > 1) {
          expect(constant.shape, `${node.outputs[0]} ${name}`).toEqual(weights.get(theirs[k]!))
          if (hashes !== undefined) expect(sha256(constant.data), `${node.outputs[0]} ${name}`).toBe(hashes[theirs[k]!]?.sha256)
        }
      })
    })
  })
})
