import { type Attrs, type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, type TensorType } from '@q/ir'
import { codeLimitsOf } from '@q/ir/graph'
import { codeIn, computedOtherwise } from '@q/ir/lowering'

/** Operators whose ReLU the family's own compiler leaves a layer apart, as the chip has none in them. */
const apart: ReadonlySet<string> = new Set(['Concat', 'Max', 'Max#constant', 'Min', 'Min#constant', 'Mod', 'Pow', 'Pow#constant'])

/** Operators whose ReLU the family's own compiler fuses, and the chip does not compute. */
const lost: ReadonlySet<string> = new Set(['Mul#constant'])

/** Lowerings by operator form, their fused ReLUs as the chip has them (see {@link finishRelu}). */
export function finishRelus(lowerings: Readonly<Record<string, LowerOp>>): Readonly<Record<string, LowerOp>> {
  return Object.fromEntries(Object.entries(lowerings).map(([form, lower]) => [form, finishRelu(form, lower)]))
}

/**
 * A lowering whose nodes say what the chip computes of a ReLU. On codes it cuts off at zero; at a limit only where the range of the codes ends there,
 * which calibrated ranges do, but not those that a join gave its operands or that an operand with more users keeps. Operators without a ReLU are
 * followed by one, and by its limit; where the family's own compiler counts on one that the chip does not compute, the codes are as that
 * compiler has them, and a warning names the layer.
 */
function finishRelu(form: string, lower: LowerOp): LowerOp {
  return (node, context) => {
    const made = lower(node, context)
    const { relu, reluLimit } = context.attrs(node)
    if (relu !== true && node.op !== 'Relu') return made
    const { type } = made.values.find(({ name }) => name === layerOf(node))!
    if (apart.has(form)) return reluBehind(withAttrs(made, { relu: false, reluLimit: -1 }), node, type, context)
    if (type.quant === undefined) return made
    const limit = limitOf(node, type, context)
    const [min, max] = codeLimitsOf(type)
    const facts = [
      ...(lost.has(form) && min < 0 ? ['its ReLU is not computed on signed codes, negative results stay'] : []),
      ...(limit < max ? [`its ReLU ends at the largest code, ${max * type.quant.scale}, and not at ${reluLimit}`] : []),
    ]
    const diagnostics = [...(made.diagnostics ?? []), ...facts.map((fact) => computedOtherwise(node, fact))]
    return { ...withAttrs(made, { reluLimit: -1 }), ...(diagnostics.length > 0 ? { diagnostics } : {}) }
  }
}

/** The code at which the ReLU of a node ends: that of its limit, or the last one. */
function limitOf(node: Node, type: TensorType, context: LowerContext): number {
  const limit = Number(context.attrs(node)['reluLimit'])
  return limit > 0 ? codeIn(type, limit, context) : codeLimitsOf(type)[1]
}

/** A ReLU as a node of its own; on codes one where they are signed, and the smaller of codes and the limit where they go beyond it. */
function reluBehind(made: LoweredNode, node: Node, type: TensorType, context: LowerContext): LoweredNode {
  const { reluLimit = -1 } = context.attrs(node)
  if (type.quant === undefined) return behind(made, node, 'relu', { op: 'Relu', attrs: { reluLimit } })
  const [min, max] = codeLimitsOf(type)
  const limit = limitOf(node, type, context)
  const cut = min < 0 ? behind(made, node, 'relu', { op: 'Relu', attrs: {} }) : made
  return limit < max ? behind(cut, node, 'limit', limitAt(limit, context)) : cut
}

type LastNode = Omit<Node, 'inputs' | 'outputs'>

const limitAt = (constant: number, { integers }: LowerContext): LastNode => ({
  op: 'QLimitConstant',
  attrs: { constant, operation: 'min', multipliers: [1], shifts: [0], rounding: integers.rounding.requantize },
})

/** The result under another name, and a node behind it that has the layer's. */
function behind(made: LoweredNode, layer: Node, what: string, last: LastNode): LoweredNode {
  const name = layerOf(layer)
  const inner = `${name}_before_${what}`
  const renamed = made.nodes.map((node) => ({ ...node, outputs: node.outputs.map((each) => (each === name ? inner : each)) }))
  const { type } = made.values.find((value) => value.name === name) as { readonly type: TensorType }
  return {
    ...made,
    nodes: [...renamed, { ...last, inputs: [inner], outputs: [name] }],
    values: [...made.values, { name: inner, type }],
  }
}

/** Other attributes, on nodes that have them. */
function withAttrs(made: LoweredNode, attrs: Attrs): LoweredNode {
  const own = (node: Node): Attrs => Object.fromEntries(Object.entries(attrs).filter(([name]) => name in node.attrs))
  return { ...made, nodes: made.nodes.map((node) => ({ ...node, attrs: { ...node.attrs, ...own(node) } })) }
}
