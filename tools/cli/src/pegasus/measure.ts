import { edgesOf, elementCount, type Graph, layerOf, type Node } from '@q/ir'
import type { DefineCommand } from '../commands/command.ts'
import { dataBeside, readNetwork } from './read-network.ts'

/** Products with weights that a layer takes; none for layers without. */
function productsOf(graph: Graph, node: Node): number {
  const shapeOf = (name: string | undefined): readonly number[] => graph.values.get(name ?? '')?.type.shape ?? []
  const result = elementCount(shapeOf(layerOf(node)))
  if (node.op === 'Conv') return result * elementCount(shapeOf(node.inputs[1]).slice(1))
  if (node.op !== 'MatMul') return 0
  return result * (shapeOf(node.inputs[0]).at(node.attrs['transA'] === true ? -2 : -1) ?? 1)
}

/** `pegasus measure`: what a network costs. */
export const defineMeasure: DefineCommand = (pegasus, start) => {
  pegasus
    .command('measure')
    .description('products of each layer and of all')
    .requiredOption('--model <file>', 'the model file')
    .option('--model-data <file>', 'its coefficients; beside the model file when absent')
    .option('--json', 'print JSON events, one a line')
    .action((options) =>
      start(async ({ files, reporter }) => {
        const { layers } = await readNetwork(options.model, options.modelData ?? dataBeside(options.model), files)
        const { producer } = edgesOf(layers.graph)
        const rows = [...layers.layers.values()].flatMap(({ lid, part, value, layer }) => {
          const node = producer.get(value)
          const products = node === undefined || (part !== 'node' && part !== 'sum') ? 0 : productsOf(layers.graph, node)
          return products === 0 ? [] : [{ lid, op: layer.op, products }]
        })
        const total = rows.reduce((sum, { products }) => sum + products, 0)
        const width = Math.max(0, ...rows.map(({ lid }) => lid.length))
        for (const { lid, op, products } of rows.toReversed()) reporter.print(`${lid.padEnd(width)}  ${op.padEnd(12)}  ${products}`)
        reporter.print(`total: ${total} multiply-accumulates (${(total / 1e6).toFixed(2)} M) in ${rows.length} layers`)
        reporter.event('measured', { total, layers: rows })
        return undefined
      }),
    )
}
