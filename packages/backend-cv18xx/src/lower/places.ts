import { type LowerOp, layerOf } from '@q/ir'
import { floatResult, loweredTo, placesFromFront } from '@q/ir/lowering'
import { notOnHost } from './on-host.ts'

/** Elements or slices at known places, picked by the host. @throws QError `OP_UNSUPPORTED` where the places are computed */
export const lowerPlaces: LowerOp = (node, context) => {
  const name = layerOf(node)
  const [x, places] = node.inputs as [string, string]
  const known = context.constantOf(places)
  if (known === undefined) throw notOnHost(node, context, `${places}, which is computed`, 'places that the model holds as a constant')
  const picked = placesFromFront(`${name}_indices_int32`, known, node, context)
  return loweredTo({ ...node, inputs: [x, picked.name] }, [picked, { name, type: floatResult(name, context) }])
}
