import { type Graph, type LowerContext, layerOf, type Node, type QuantMode, type TensorType } from '@q/ir'

const halfModes: readonly (QuantMode | undefined)[] = ['F16', 'BF16']
const floatModes: readonly (QuantMode | undefined)[] = [...halfModes, 'F32']

/** The 8-bit type widened to 16 bits over the same range: the scale is 255 / 65535 of the narrow one. */
export function widened({ dtype, shape, quant }: TensorType): TensorType {
  return { dtype: dtype === 'u8' ? 'u16' : 'i16', shape, quant: { ...quant!, scale: (quant!.scale * 255) / 65535, zeroPoint: 0 } }
}

const onlyUser = (name: string, context: LowerContext): Node | undefined =>
  context.useCount(name) === 1 ? context.consumers(name)[0] : undefined

/** Whether an INT8 matrix product keeps 16 bits: its only user is an Add or a Softmax that the plan has in a float mode. */
export function isWideMatMul(node: Node, context: LowerContext): boolean {
  const user = onlyUser(layerOf(node), context)
  return user !== undefined && (user.op === 'Add' || user.op === 'Softmax') && floatModes.includes(context.plan.get(layerOf(user)))
}

/**
 * Whether an INT8 convolution keeps 16 bits: in a detector of the YOLO kind, when it follows an activation, and its only user is
 * a Reshape or Concat in half floats that feeds no convolution.
 */
export function isWideConv(node: Node, context: LowerContext): boolean {
  const user = onlyUser(layerOf(node), context)
  const isHead =
    user !== undefined &&
    (user.op === 'Reshape' || user.op === 'Concat') &&
    halfModes.includes(context.plan.get(layerOf(user))) &&
    ['Silu', 'LeakyRelu'].includes(context.producer(node.inputs[0]!)?.op ?? '') &&
    context.consumers(layerOf(user)).every(({ op }) => op !== 'Conv')
  return isHead && hasPyramid(context.graph, context)
}

const known = new WeakMap<Graph, boolean>()

/** Whether three max pools in a row all feed one Concat, as spatial pyramid pooling does. */
function hasPyramid(graph: Graph, context: LowerContext): boolean {
  let found = known.get(graph)
  if (found === undefined) {
    const nextPool = (node: Node): Node | undefined => context.consumers(layerOf(node)).find(({ op }) => op === 'MaxPool')
    const concats = (node: Node): readonly Node[] => context.consumers(layerOf(node)).filter(({ op }) => op === 'Concat')
    found = graph.nodes.some((first) => {
      const second = first.op === 'MaxPool' ? nextPool(first) : undefined
      const third = second === undefined ? undefined : nextPool(second)
      return third !== undefined && concats(first).some((concat) => concats(second!).includes(concat) && concats(third).includes(concat))
    })
    known.set(graph, found)
  }
  return found
}
