import { type LowerContext, type LowerOp, layerOf, type Node, QError } from '@q/ir'
import { floatResult, loweredTo, placesFromFront } from '@q/ir/lowering'

/** Elements or slices at known places, picked by the host. @throws QError `OP_UNSUPPORTED` where the places are computed */
export const lowerPick: LowerOp = (node, context) => {
  const name = layerOf(node)
  const [x, places] = node.inputs as [string, string]
  const known = context.constantOf(places)
  if (known === undefined) throw computedPlaces(node, places, context)
  const picked = placesFromFront(`${name}_indices_int32`, known, node, context)
  return loweredTo({ ...node, inputs: [x, picked.name] }, [picked, { name, type: floatResult(name, context) }])
}

function computedPlaces({ op }: Node, places: string, { target }: LowerContext): QError {
  return new QError('OP_UNSUPPORTED', `${target.name} cannot run ${op} at computed places`, {
    found: `${places}, which is computed`,
    wanted: 'places that the model holds as a constant',
    hint: 'compute this layer after the network, or choose another chip',
  })
}
