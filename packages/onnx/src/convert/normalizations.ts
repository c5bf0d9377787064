import { elementCount, type Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { broadcastTo, type Literal } from '../fold/literal.ts'
import { addConstant, constantOf, numberOf, reshapedConstant, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/** Gives the known factors and terms of a normalization other elements, where `repeated` has some. */
function withFactors(net: GraphDraft, node: Node, repeated: (known: Literal) => Literal | undefined): boolean {
  let changed = false
  const inputs = node.inputs.map((name, i) => {
    const known = i === 0 ? undefined : constantOf(net, name)
    const made = known === undefined ? undefined : repeated(known)
    if (made === undefined) return name
    changed = true
    return addConstant(net, `${name}_fix`, made.shape, made.data)
  })
  if (changed) net.change(node, { inputs })
  return changed
}

/** Factors and terms that broadcast along the normalized axes are repeated to all of them. */
export const repeatedFactors: Rule = (net, node) => {
  const shape = net.shape(node.inputs[0]!)
  const over = shape.slice((node.attrs['axis'] as number | undefined) ?? shape.length - 1)
  return withFactors(net, node, (known) => {
    if (known.data.length === elementCount(over)) return undefined
    return broadcastTo({ ...known, shape: known.shape.slice(-over.length) }, over)
  })
}

/** Factors and terms of each group, as opset 18 has them, are repeated to its channels. */
export const factorsOfGroups: Rule = (net, node) => {
  const channels = net.shape(node.inputs[0]!)[1]!
  const groups = node.attrs['num_groups'] as number
  return withFactors(net, node, (known) => {
    if (groups === channels || known.data.length !== groups) return undefined
    const each = broadcastTo({ ...known, shape: [groups, 1] }, [groups, channels / groups])
    return { ...each, shape: [channels] }
  })
}

/** Factors that are all 1 and terms that are all 0 are left out of a normalization. */
export const plainNorm: Rule = (net, node) => {
  const [x, scale, bias] = node.inputs
  const noScale = scale !== undefined && numberOf(net, scale, true) === 1
  const noBias = bias !== undefined && numberOf(net, bias, true) === 0
  if (!noScale && !noBias) return false
  net.change(node, { inputs: [x, noScale ? undefined : scale, noBias ? undefined : bias] })
  return true
}

/** Constants of a normalization get the rank of the tensor: `lead` sizes of 1 stand before them. */
export const rankOf =
  (perChannel: boolean): Rule =>
  (net, node) => {
    const shape = net.shape(node.inputs[0]!)
    let changed = false
    const inputs = node.inputs.map((name, i) => {
      const known = i === 0 ? undefined : constantOf(net, name)
      if (known === undefined) return name
      const size = elementCount(known.shape)
      const wanted = perChannel
        ? [1, size, ...new Array<number>(shape.length - 2).fill(1)]
        : [...new Array<number>(Math.max(0, shape.length - known.shape.length)).fill(1), ...known.shape]
      if (sameShape(wanted, known.shape)) return name
      changed = true
      return reshapedConstant(net, name!, wanted)
    })
    if (changed) net.change(node, { inputs })
    return changed
  }
