import type { Graph, Node, Tensor, TensorType, Value } from '@q/ir'
import { elementCount, QError } from '@q/ir'
import { inferNode } from '@q/ir/graph'
import type { WriteForm } from './spelling.ts'

/** Every value has a name of its own. @throws QError `MLIR_DUPLICATE_NAME` */
export function checkNames({ nodes, inputs, values }: Graph): void {
  const seen = new Set<string>()
  for (const name of [...inputs.map((input) => input.name), ...nodes.flatMap(({ outputs }) => outputs)]) {
    if (seen.has(name) || isConstant(values.get(name))) {
      throw new QError('MLIR_DUPLICATE_NAME', `two values are called ${name}`, {
        at: [name],
        found: 'a second value of this name',
        wanted: 'a name of its own for each layer',
        hint: 'rename one of them',
      })
    }
    seen.add(name)
  }
}

/** Every result is made by a node, or is an input. @throws QError `GRAPH_VALUE` */
export function checkOutputs({ outputs, nodes, inputs }: Graph): void {
  const made = new Set([...inputs.map(({ name }) => name), ...nodes.flatMap((node) => node.outputs)])
  for (const output of outputs) {
    if (made.has(output)) continue
    throw new QError('GRAPH_VALUE', 'a result of the network is made by no node', {
      at: [output],
      found: 'a constant, or no value',
      wanted: 'the result of a node',
      hint: 'leave it out of the results',
    })
  }
}

/** Declared shapes are those that the operands give. @throws QError `GRAPH_SHAPE` */
export function checkShapes(node: Node, graph: Graph, form: WriteForm): void {
  const inferred = inferNode(node, graph.ops, form.typeOf)
  inferred.forEach(({ shape }, k) => {
    const declared = form.outputTypes[k]!.shape
    if (shape.join() === declared.join()) return
    throw new QError('GRAPH_SHAPE', `the shape of ${node.outputs[k]} is not what its operands give`, {
      at: form.at,
      found: `[${declared.join(', ')}]`,
      wanted: `[${shape.join(', ')}]`,
      hint: "the vendor's compiler does not notice; correct the graph",
    })
  })
}

/** A constant has the elements that its type says. @throws QError `WEIGHT_MISSING`, `WEIGHT_SIZE` */
export function checkWeight(name: string, type: TensorType, constant: Tensor | undefined, allowMissing: boolean): void {
  if (constant === undefined) {
    if (allowMissing) return
    throw new QError('WEIGHT_MISSING', 'a constant has no elements', {
      at: [name],
      found: 'only its type',
      wanted: 'its elements',
      hint: 'read the text together with its weight file',
    })
  }
  if (constant.data.length === elementCount(type.shape) && constant.dtype === type.dtype) return
  throw new QError('WEIGHT_SIZE', 'a constant does not have the size its type declares', {
    at: [name],
    found: `${constant.dtype}, ${constant.data.length} elements`,
    wanted: describe(type),
    hint: 'verify the graph before writing it',
  })
}

/** A type as errors tell it. */
export function describe({ dtype, shape }: TensorType): string {
  return `${dtype} [${shape.join(', ')}]`
}

/** Whether a value is stored in the graph. */
export function isConstant(value: Value | undefined): boolean {
  return value?.isConstant === true || value?.constant !== undefined
}
