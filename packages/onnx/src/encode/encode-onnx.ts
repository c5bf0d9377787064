import { attributesOf, definitionOf, type Graph, type Node, QError } from '@q/ir'
import { encodeModel } from './encode-model.ts'
import { arithmetic } from './expand/arithmetic.ts'
import { arrangement } from './expand/arrangement.ts'
import { type Emitter, type Expand, emitterOf, operands } from './expand/emitter.ts'
import { layers } from './expand/layers.ts'
import { standardOps } from './standard-ops.ts'

const opset = 21

const expansions: Readonly<Record<string, Expand>> = { ...arithmetic, ...arrangement, ...layers }

/**
 * A canonical float graph as an ONNX file at opset 21 that any ONNX runtime runs: extensions (fused ReLUs, Affine, SiLU, …) are
 * spelled out in standard operators, attributes become the operands ONNX wants. Layers keep their names.
 *
 * @throws QError `ONNX_ENCODE` for a node that standard ONNX cannot say, besides those of {@link encodeModel}
 */
export function encodeOnnx(graph: Graph): Uint8Array {
  const emitter = emitterOf(graph)
  for (const node of graph.nodes) expand(emitter, node)
  const { nodes, values } = emitter.finish()
  return encodeModel({ ...graph, nodes, values, ops: standardOps }, { opset })
}

function expand(emitter: Emitter, node: Node): void {
  const attrs = attributesOf(node, definitionOf(node, emitter.graph.ops))
  const [last] = node.outputs as [string]
  const fused = attrs['relu'] === true
  const result = fused ? `${last}_linear` : last
  const write = expansions[node.op]
  if (write !== undefined) write(emitter, node, attrs, result)
  else if (standardOps.has(node.op)) {
    const known = standardOps.get(node.op)!.attrs
    emitter.add(node.op, operands(node), Object.fromEntries(Object.entries(attrs).filter(([name]) => name in known)), result)
  } else
    throw new QError('ONNX_ENCODE', `${node.op} has no spelling in standard ONNX`, {
      at: [last],
      found: node.op,
      wanted: 'an operator of a float graph',
      hint: 'write the float graph, as it was before quantization',
    })
  if (!fused) return
  const limit = attrs['reluLimit'] as number
  if (limit > 0) emitter.add('Clip', [result, emitter.number(0), emitter.number(limit)], {}, last)
  else emitter.add('Relu', [result], {}, last)
}
