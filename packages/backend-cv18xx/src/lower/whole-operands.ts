import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, type Value } from '@q/ir'
import { broadcastElements } from '@q/ir/graph'
import { floatResult } from '@q/ir/lowering'
import { tileSteps } from '../tile-steps.ts'

/**
 * A lowered node whose operands all have its result's shape: constants are filled, what is computed is repeated before it. Where the chip compares element with element it
 * reads on behind an operand that has fewer.
 */
export function wholeOperands({ nodes: [node], values, ...more }: LoweredNode, context: LowerContext): LoweredNode {
  const name = layerOf(node!)
  const { shape } = context.typeOf(name)
  const added: Node[] = []
  const others: Value[] = []
  const kept = new Map(values.map((value) => [value.name, value]))
  const inputs = node!.inputs.map((input, place) => {
    const constant = kept.get(input!)
    const own = constant?.type.shape ?? context.typeOf(input!).shape
    if (own.join() === shape.join()) return input
    if (constant?.constant !== undefined) {
      const { dtype, data } = constant.constant
      kept.set(input!, {
        ...constant,
        type: { ...constant.type, shape },
        constant: { dtype, shape, data: broadcastElements(data, constant.type.shape, shape) },
      })
      return input
    }
    const { range: _, ...type } = context.scheme.kind === 'float' ? floatResult(input!, context) : context.quantizedType(input!)
    let from = input!
    const put = (op: string, attrs: Node['attrs'], made: readonly number[], to: string): void => {
      added.push({ op, inputs: [from], outputs: [to], attrs })
      others.push({ name: to, type: { ...type, shape: made } })
      from = to
    }
    const padded = [...Array(shape.length - own.length).fill(1), ...own] as readonly number[]
    if (padded.length > own.length) put('Reshape', { shape: padded }, padded, `${name}_operand${place}`)
    const repeats = shape.map((size, i) => size / padded[i]!)
    for (const [i, step] of tileSteps(padded, repeats).entries()) {
      put('Tile', { repeats: step.repeats }, step.shape, `${name}_operand${place}_tile${i}`)
    }
    return from
  })
  return { ...more, nodes: [...added, { ...node!, inputs }], values: [...kept.values(), ...others] }
}

/** The same lowering, of computed operands that are all repeated whole ones: the chip repeats one of two. */
export const repeatingOne =
  (lower: LowerOp): LowerOp =>
  (node, context) => {
    const shape = context.typeOf(layerOf(node)).shape.join()
    const areAll = node.inputs.every((name) => context.constantOf(name) === undefined && context.typeOf(name!).shape.join() !== shape)
    return areAll ? wholeOperands(lower(node, context), context) : lower(node, context)
  }
