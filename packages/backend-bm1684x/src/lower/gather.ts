import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, type Value } from '@q/ir'
import { computedOtherwise, floatConstant, floatResult, floatTypeOf, placesFromFront } from '@q/ir/lowering'

/** Picking by indices: constant indices become int32 (`<indices>_int`), computed ones arrive as int32. */
export const lowerGather: LowerOp = (node: Node, context: LowerContext): LoweredNode => {
  const [x, indices] = node.inputs as [string, string]
  const type = floatTypeOf(context)
  const values: Value[] = []
  let data = x
  if (context.constantOf(x) !== undefined) {
    const constant = floatConstant(x, type, layerOf(node), context)
    values.push(constant)
    data = constant.name
  }
  const places = context.constantOf(indices)
  let picked = indices
  if (places !== undefined) {
    picked = `${indices}_int`
    values.push(placesFromFront(picked, places, node, context))
  }
  values.push({ name: layerOf(node), type: floatResult(layerOf(node), context) })
  const maker = context.producer(indices)
  const coded = context.facts['codedPlaces']
  const areCodes = coded !== undefined && context.mode !== 'F32' && maker?.mode === context.target.modes[0]
  return {
    nodes: [{ ...node, inputs: [data, picked] }],
    values,
    operands: new Map([[picked, 'i32']]),
    ...(areCodes
      ? {
          diagnostics: [
            computedOtherwise(
              node,
              `codes that say which elements to pick are read as whole numbers, so ${String(coded)} needs the mode F32`,
            ),
          ],
        }
      : {}),
  }
}
