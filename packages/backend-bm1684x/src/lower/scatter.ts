import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, QError, type Value } from '@q/ir'
import { floatConstant, floatResult, floatTypeOf, lowerJoin, newConstant, onCodes } from '@q/ir/lowering'

/** The chip replaces elements. @throws QError `OP_UNSUPPORTED` where they are joined with their updates */
function checkReplaces(node: Node, context: LowerContext): void {
  const reduction = String(context.attrs(node)['reduction'])
  if (reduction === 'none') return
  throw new QError('OP_UNSUPPORTED', `bm1684x cannot run ${node.op} with this reduction`, {
    at: [layerOf(node)],
    found: `reduction ${reduction}`,
    wanted: 'reduction none',
    hint: 'cut the graph before this layer',
  })
}

/** Known places are called as the family's own compiler calls them. */
const placesName = (node: Node, indices: string): string => (node.op === 'ScatterND' ? `${layerOf(node)}_indices_int32` : `${indices}_int`)

/** Places as 32-bit integers, whether they are known or computed. */
function withPlaces(made: LoweredNode, node: Node, context: LowerContext): LoweredNode {
  const [, indices] = node.inputs as [string, string, string]
  const known = context.constantOf(indices)
  const name = known === undefined ? indices : placesName(node, indices)
  const places = known === undefined ? [] : [newConstant(name, 'i32', known.shape, Int32Array.from(known.data as Float32Array, Number))]
  const nodes = made.nodes.map((each) => ({ ...each, inputs: each.inputs.map((input) => (input === indices ? name : input)) }))
  return { ...made, nodes, values: [...made.values, ...places], operands: new Map([[name, 'i32']]) }
}

function float(node: Node, context: LowerContext): LoweredNode {
  const type = floatTypeOf(context)
  const values: Value[] = []
  const inputs = node.inputs.map((name, place) => {
    if (place === 1 || context.constantOf(name) === undefined) return name
    const constant = floatConstant(name!, type, layerOf(node), context)
    values.push(constant)
    return constant.name
  })
  values.push({ name: layerOf(node), type: floatResult(layerOf(node), context) })
  return { nodes: [{ ...node, inputs }], values }
}

const onEither = onCodes((node, context) => lowerJoin(node, context, { places: [0, 2] }), float)

/** Elements replaced by their places: in INT8 what is replaced and what replaces it are brought to the scale of the result first. */
export const lowerScatter: LowerOp = (node, context) => {
  checkReplaces(node, context)
  return withPlaces(onEither(node, context), node, context)
}
