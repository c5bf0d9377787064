import { elementCount, type Node } from '@q/ir'
import { broadcastElements, type GraphDraft } from '@q/ir/graph'
import { broadcast } from '@q/ir/ops'
import { addConstant, addNumber, constantOf, numberOf, sameCanonically, sameShape } from '../net/constants.ts'
import { applyRules, type Rule } from '../net/rules.ts'
import { isMask, masked } from './masks.ts'

/** Numbers below it are the lowest that a float holds, or nearly. */
const lowest = -9e30

/**
 * Whether a number serves nothing but masks where TPU-MLIR 1.30.2 takes -10000 in its place: minus infinity, and the lowest floats of a Where that is a term of a sum,
 * which would leave the range of floats, before a Softmax.
 */
function isBoundless(net: GraphDraft, { outputs: [result] }: Node, number: number): boolean {
  if (number === -Infinity) return isMask(net, result!)
  if (number >= lowest) return false
  const [sum, ...others] = net.consumers(result!)
  if (sum?.op !== 'Add' || others.length > 0 || net.isOutput(result!) || net.isOutput(sum.outputs[0]!)) return false
  const users = net.consumers(sum.outputs[0]!)
  return users.length === 1 && users[0]!.op === 'Softmax' && sum.attrs['relu'] !== true
}

/**
 * A condition that broadcasts is repeated to the shape of the result, a constant one at once; boundless numbers
 * of a mask become -10000.
 */
export const where: Rule = (net, node) => {
  const [condition] = node.inputs as [string]
  const shape = net.shape(node.outputs[0]!)
  const from = net.shape(condition)
  for (const side of [1, 2] as const) {
    const number = numberOf(net, node.inputs[side], true)
    if (number === undefined) continue
    const others = broadcast(from, net.shape(node.inputs[3 - side]!))
    const isBounded = isBoundless(net, node, number)
    if (!sameCanonically(others, shape) || (!isBounded && elementCount(net.shape(node.inputs[side]!)) === 1)) continue
    const inputs = [...node.inputs]
    inputs[side] = addNumber(net, `${node.inputs[side]}_number`, isBounded ? -masked : number)
    net.change(node, { inputs })
    return true
  }
  if (sameShape(from, shape) || from.length !== shape.length) return false
  const known = constantOf(net, condition)
  if (known !== undefined) {
    const name = `${node.outputs[0]}_Tile`
    net.change(node, {
      inputs: [
        addConstant(net, `${name}_${name}`, shape, broadcastElements(known.data, known.shape, shape), net.value(condition).type.dtype),
        ...node.inputs.slice(1),
      ],
    })
    return true
  }
  net.change(node, { inputs: [repeatedBehind(net, condition, shape, `${node.outputs[0]}_Tile`), ...node.inputs.slice(1)] })
  return true
}

/** A condition repeated, right behind what makes it; where the same already stands there it takes the new name, as in TPU-MLIR 1.30.2. */
function repeatedBehind(net: GraphDraft, condition: string, shape: readonly number[], name: string): string {
  const maker = net.producer(condition)
  const next = maker === undefined ? net.nodes()[0] : net.next(maker)
  const from = net.shape(condition)
  const repeats = shape.map((d, i) => d / from[i]!)
  const result = net.freshName(name)
  if (next?.op === 'Tile' && next.inputs[0] === condition && sameShape(repeatsOf(next), repeats)) {
    const [known] = next.outputs as [string]
    if (net.isOutput(known)) return known
    net.rename(known, result)
    return result
  }
  net.setValue({ name: result, type: { ...net.value(condition).type, shape } })
  net.add({ op: 'Tile', inputs: [condition], outputs: [result], attrs: { repeats } }, next)
  return result
}

/**
 * Repeats the conditions of a network, each right behind what makes it, before equal layers become one: then those that had makers of their own are merged
 * where no other user stands between them, and the first stays.
 */
export function repeatConditions(net: GraphDraft, mergeMakers: () => void): void {
  applyRules(net, { Where: [where] })
  mergeMakers()
  for (const tile of net.nodes().filter(({ op }) => op === 'Tile')) {
    const users = net.consumers(tile.inputs[0]!)
    const before = users[users.findIndex(({ outputs }) => outputs[0] === tile.outputs[0]) - 1]
    if (before === undefined || !isRepeatedCondition(net, tile) || !isRepeatedCondition(net, before) || !isSameTile(tile, before)) continue
    net.remove(tile)
    net.redirect(tile.outputs[0]!, before.outputs[0]!)
  }
}

const repeatsOf = ({ attrs }: Node): readonly number[] => attrs['repeats'] as readonly number[]
const isSameTile = (a: Node, b: Node): boolean => a.inputs[0] === b.inputs[0] && sameShape(repeatsOf(a), repeatsOf(b))

function isRepeatedCondition(net: GraphDraft, { op, outputs: [result] }: Node): boolean {
  return op === 'Tile' && !net.isOutput(result!) && net.consumers(result!).every((user) => user.op === 'Where' && user.inputs[0] === result)
}
