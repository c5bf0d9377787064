import type { Graph, Node } from '@q/ir'
import type { MlirModule, MlirOperation } from '../text/mlir-module.ts'
import { printType } from '../text/print-type.ts'

/**
 * Gives operations that say the same as those of `like` their attributes from there: leftovers, ends of
 * slices, wildcards in shapes, which a graph does not hold.
 *
 * Two operations say the same when their names, operands and types are equal and both are read as the
 * same node.
 */
export function keepSpelling(module: MlirModule, like: MlirModule, read: (module: MlirModule) => Graph): MlirModule {
  const known = new Map(like.operations.map((operation) => [keyOf(operation), operation]))
  const [ours, theirs] = [nodesOf(read(module)), nodesOf(read(like))]
  const operations = module.operations.map((operation) => {
    const other = known.get(keyOf(operation))
    const layer = operation.location?.[0] ?? ''
    return other === undefined || ours.get(layer) !== theirs.get(layer) ? operation : { ...operation, attributes: other.attributes }
  })
  return { ...module, operations }
}

function keyOf({ name, location, operandTypes, resultTypes }: MlirOperation): string {
  return [name, ...(location ?? []), ...operandTypes.map(printType), '>', ...resultTypes.map(printType)].join('\0')
}

function nodesOf(graph: Graph): ReadonlyMap<string, string> {
  return new Map([
    ...graph.inputs.map(({ name, preprocess }) => [name, JSON.stringify(preprocess)] as const),
    ...graph.nodes.map((node) => [node.outputs[0]!, textOf(node)] as const),
  ])
}

function textOf({ op, inputs, outputs, attrs }: Node): string {
  return JSON.stringify([op, inputs, outputs, Object.entries(attrs).sort(([a], [b]) => (a < b ? -1 : 1))])
}
