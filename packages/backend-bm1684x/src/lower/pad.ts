import { type Diagnostic, type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { codeIn, computedOtherwise, onCodes } from '@q/ir/lowering'
import { misreadOperands } from './copy.ts'

/** In INT8 the border holds the code of the value; one beyond the codes saturates, which a warning tells. */
function int8(node: Node, context: LowerContext): LoweredNode {
  const type = context.quantizedType(node.inputs[0]!)
  const wanted = Number(context.attrs(node).value)
  const value = codeIn(type, wanted, context)
  const { scale, zeroPoint } = type.quant!
  const made = loweredTo({ ...node, attrs: { ...node.attrs, value } }, [
    { name: layerOf(node), type: context.quantizedType(layerOf(node)) },
  ])
  const moved = misreadOperands(made, node, node.inputs, context)
  return { ...moved, diagnostics: [...saturated(node, wanted, (value - zeroPoint) * scale, scale), ...(moved.diagnostics ?? [])] }
}

/** Of an infinite border nobody expects more than the last code. */
const saturated = (node: Node, wanted: number, found: number, scale: number): readonly Diagnostic[] =>
  Number.isFinite(wanted) && Math.abs(wanted - found) > scale
    ? [computedOtherwise(node, `the border of ${wanted} becomes ${found}, the last that codes of ${node.inputs[0]} hold`)]
    : []

/** A border around a tensor. */
export const lowerPad = onCodes(int8)
