import type { Attrs, Graph, Node, Quant, TensorType } from '@q/ir'
import { attributesOf, QError, valueOf } from '@q/ir'
import { definitionOf } from '@q/ir/graph'

/**
 * Holds a graph against what its text is read as: whatever decides the integers of a node and has no place in the text is refused, be it
 * an attribute, an operand, or a part of the type of a result or a constant.
 *
 * @throws QError `MLIR_UNSUPPORTED_ATTRIBUTE` naming the layer and what the text does not say of it
 */
export function checkCarried(graph: Graph, read: Graph): void {
  const readings = new Map(read.nodes.map((node) => [node.outputs[0], node]))
  for (const node of graph.nodes) {
    const reading = readings.get(node.outputs[0])
    if (reading === undefined || reading.op !== node.op) refuse(node, 'operator', node.op, reading?.op)
    checkAttributes(node, fullAttributes(node, graph), fullAttributes(reading, read))
    node.outputs.forEach((name, k) => checkType(node, name, valueOf(graph, name).type, valueOf(read, reading.outputs[k]!).type))
    node.inputs.forEach((name, k) => {
      const value = name === undefined ? undefined : valueOf(graph, name)
      if (value?.isConstant === true || value?.constant !== undefined) checkConstant(node, value.name, value.type)
      else if (name !== reading.inputs[k]) refuse(node, `operand ${k}`, name, reading.inputs[k])
    })
  }
}

/**
 * Holds the attributes of a float graph against what its text is read as. A constant operand may have become an attribute of the text, and weights may stand in another
 * order, so operands and types are not compared.
 *
 * @throws QError `MLIR_UNSUPPORTED_ATTRIBUTE` naming the layer and the attribute
 */
export function checkAttributesCarried(graph: Graph, read: Graph): void {
  const readings = new Map(read.nodes.map((node) => [node.outputs[0], node]))
  for (const node of graph.nodes) {
    const reading = readings.get(node.outputs[0])
    if (reading === undefined || reading.op !== node.op) refuse(node, 'operator', node.op, reading?.op)
    checkAttributes(node, fullAttributes(node, graph), fullAttributes(reading, read))
  }
}

/** What every operator does where a node does not say. */
const usual: Attrs = { unrounded: false, bf16: 'flush' }

const fullAttributes = (node: Node, { ops }: Graph): Attrs => ({ ...usual, ...attributesOf(node, definitionOf(node, ops)) })

function checkAttributes(node: Node, wanted: Attrs, found: Attrs): void {
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    if (!isSame(wanted[name], found[name])) refuse(node, `attribute ${name}`, wanted[name], found[name])
  }
}

function checkType(node: Node, name: string, wanted: TensorType, found: TensorType): void {
  if (wanted.dtype !== found.dtype) refuse(node, `element type of ${name}`, wanted.dtype, found.dtype)
  for (const part of ['scale', 'zeroPoint', 'saturate'] as const satisfies readonly (keyof Quant)[]) {
    if (!isSame(wanted.quant?.[part], found.quant?.[part])) refuse(node, `${part} of ${name}`, wanted.quant?.[part], found.quant?.[part])
  }
}

/** Constants are declared by element type alone. */
function checkConstant(node: Node, name: string, { quant }: TensorType): void {
  const zeros = [quant?.zeroPoint ?? 0, ...(quant?.zeroPoints ?? [])]
  if (zeros.some((zero) => zero !== 0)) refuse(node, `zero point of ${name}`, quant!.zeroPoints ?? quant!.zeroPoint, 0)
}

const isSame = (a: unknown, b: unknown): boolean => Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b)

function refuse(node: Node, what: string, wanted: unknown, found: unknown): never {
  const say = (value: unknown): string => JSON.stringify(value) ?? 'nothing'
  throw new QError('MLIR_UNSUPPORTED_ATTRIBUTE', `the text has no place for the ${what} of this ${node.op}`, {
    at: [node.outputs[0] ?? node.op],
    found: say(wanted),
    wanted: `${say(found)}, which the text means`,
    hint: 'use what the text means, or another file format',
  })
}
