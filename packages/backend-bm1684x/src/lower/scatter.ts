import {
  elementCount,
  type LowerContext,
  type LoweredNode,
  type LowerOp,
  layerOf,
  type Node,
  QError,
  type TensorType,
  type Value,
} from '@q/ir'
import { floatConstant, floatResult, floatTypeOf, lowerJoin, onCodes, placesFromFront } from '@q/ir/lowering'

/** The chip replaces elements. @throws QError `OP_UNSUPPORTED` where they are joined with their updates */
function checkReplaces(node: Node, context: LowerContext): void {
  const reduction = String(context.attrs(node)['reduction'])
  if (reduction === 'none') return
  throw new QError('OP_UNSUPPORTED', `${context.target.name} cannot run ${node.op} with this reduction`, {
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
  const places = known === undefined ? [] : [placesFromFront(name, known, node, context)]
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

/**
 * The shape of an operand whose first axes count the tuples, with `axes` of them.
 *
 * @param shape of the operand
 * @param counting how many of its axes count tuples now
 */
function countedBy(axes: number, shape: readonly number[], counting: number): readonly number[] {
  const tuples = elementCount(shape.slice(0, counting))
  return [...Array.from({ length: axes - 1 }, () => 1), tuples, ...shape.slice(counting)]
}

/**
 * Slices that tuples name: the chip compares the axes of data and updates from the first picked one on, so that as many axes must count the tuples as
 * a tuple has elements.
 */
function withAxesAlike(made: LoweredNode, node: Node, context: LowerContext): LoweredNode {
  const [data, indices] = node.inputs as [string, string, string]
  const shapeOf = (name: string): readonly number[] => context.constantOf(name)?.shape ?? context.typeOf(name).shape
  const places = shapeOf(indices)
  const counting = places.length - 1
  const axes = places.at(-1)!
  if (node.op !== 'ScatterND' || counting === axes || axes === shapeOf(data).length) return made
  const scatter = made.nodes.at(-1)!
  const layer = layerOf(node)
  const before: Node[] = []
  const values = [...made.values]
  const inputs = scatter.inputs.map((name, place) => {
    if (place === 0 || name === undefined) return name
    const shape = countedBy(axes, shapeOf(node.inputs[place]!), counting)
    const at = values.findIndex((value) => value.name === name && value.constant !== undefined)
    if (at >= 0) {
      const { constant, type } = values[at]!
      values[at] = { name, type: { ...type, shape }, constant: { ...constant!, shape } }
      return name
    }
    const reshaped = `${layer}_${place === 1 ? 'indices' : 'updates'}`
    const type: TensorType = place === 1 ? { dtype: 'i32', shape } : { ...typeOfUpdates(name, made, layer, context), shape }
    before.push({ op: 'Reshape', inputs: [name], outputs: [reshaped], attrs: { shape } })
    values.push({ name: reshaped, type })
    return reshaped
  })
  return { ...made, nodes: [...made.nodes.slice(0, -1), ...before, { ...scatter, inputs }], values }
}

/** The type in which updates arrive: that of what brings them to the scale of the result, or the result's own. */
function typeOfUpdates(name: string, made: LoweredNode, layer: string, context: LowerContext): TensorType {
  const type = made.values.find((value) => value.name === name || value.name === layer)!.type
  return type.quant === undefined ? { dtype: floatTypeOf(context), shape: type.shape } : type
}

const onEither = onCodes((node, context) => lowerJoin(node, context, { places: [0, 2] }), float)

/** Elements replaced by their places: in INT8 what is replaced and what replaces it are brought to the scale of the result first. */
export const lowerScatter: LowerOp = (node, context) => {
  checkReplaces(node, context)
  return withAxesAlike(withPlaces(onEither(node, context), node, context), node, context)
}
