import { type Graph, layerOf, type Node, type RewritePass } from '@q/ir'
import { draftOf, type GraphDraft } from '@q/ir/graph'

/** A linear projection split into heads: matrix product, reshape, transposition. */
interface Projection {
  readonly nodes: readonly Node[]
  readonly source: string
  readonly weight: string
  readonly bias: string | undefined
  readonly heads: number
  readonly headSize: number
  /** The projected tensor. */
  readonly result: string
}

/** All parts of one attention. */
interface Parts {
  readonly nodes: readonly Node[]
  readonly q: Projection
  readonly k: Projection
  readonly v: Projection
  readonly product: string
  readonly scaled: string
  readonly scale: number
  readonly softmax: string
  /** Added to the scaled product, when something is: a computed tensor. */
  readonly mask?: string
  readonly mixed: string
}

/** The node that makes `name`, when it has this operator and nothing else uses its result. */
function only(draft: GraphDraft, name: string | undefined, op: string): Node | undefined {
  if (name === undefined || draft.useCount(name) !== 1) return undefined
  const node = draft.producer(name)
  return node?.op === op ? node : undefined
}

function projection(draft: GraphDraft, name: string | undefined, perm: string): Projection | undefined {
  const transposes = transposition(draft, name, perm)
  if (transposes === undefined) return undefined
  const reshape = only(draft, transposes[0]!.inputs[0], 'Reshape')
  const product = only(draft, reshape?.inputs[0], 'MatMul')
  if (reshape === undefined || product === undefined || !isLinear(draft, product)) return undefined
  const [, , heads, headSize] = draft.value(layerOf(reshape)).type.shape as [number, number, number, number]
  const [source, weight, bias] = product.inputs as [string, string, string?]
  return { nodes: [product, reshape, ...transposes], source, weight, bias, heads, headSize, result: layerOf(product) }
}

/** The one or two Transpose nodes, first to last, that make `name` and together permute by `perm`. */
function transposition(draft: GraphDraft, name: string | undefined, perm: string): readonly Node[] | undefined {
  const last = only(draft, name, 'Transpose')
  if (last === undefined) return undefined
  const order = last.attrs.perm as readonly number[]
  if (order.join() === perm) return [last]
  const first = only(draft, last.inputs[0], 'Transpose')
  return first !== undefined && order.map((axis) => (first.attrs.perm as readonly number[])[axis]).join() === perm
    ? [first, last]
    : undefined
}

function isLinear(draft: GraphDraft, { inputs, attrs }: Node): boolean {
  const isConstant = (name: string | undefined): boolean => name === undefined || draft.value(name).constant !== undefined
  return (
    draft.value(inputs[1]!).constant?.shape.length === 2 &&
    isConstant(inputs[2]) &&
    [attrs.transA, attrs.transB, attrs.transY, attrs.headsAsBatch, attrs.relu].every((flag) => flag !== true)
  )
}

/** Whether a mask is the same for all heads and queries: the chip's attention takes no other. */
const isOneRow = (shape: readonly number[]): boolean => shape.slice(1, -1).every((size) => size === 1)

/** The parts of the attention whose output projection is `node`. */
function partsOf(draft: GraphDraft, node: Node): Parts | undefined {
  if (node.op !== 'MatMul' || !isLinear(draft, node)) return undefined
  const flat = only(draft, node.inputs[0], 'Reshape')
  const back = only(draft, flat?.inputs[0], 'Transpose')
  const mix = only(draft, back?.inputs[0], 'MatMul')
  const softmax = only(draft, mix?.inputs[0], 'Softmax')
  const masked = only(draft, softmax?.inputs[0], 'Add')
  const times = only(draft, (masked ?? softmax)?.inputs[0], 'Mul')
  const product = only(draft, times?.inputs[0], 'MatMul')
  if (
    flat === undefined ||
    back === undefined ||
    mix === undefined ||
    softmax === undefined ||
    times === undefined ||
    product === undefined
  ) {
    return undefined
  }
  const mask = masked?.inputs[1]
  if (mask !== undefined && (draft.value(mask).constant !== undefined || !isOneRow(draft.shape(mask)))) return undefined
  const factor = draft.value(times.inputs[1]!).constant
  if ((back.attrs.perm as readonly number[]).join() !== '0,2,1,3' || factor?.data.length !== 1) return undefined
  const q = projection(draft, product.inputs[0], '0,2,1,3')
  const k = projection(draft, product.inputs[1], '0,2,3,1')
  const v = projection(draft, mix.inputs[1], '0,2,1,3')
  if (q === undefined || k === undefined || v === undefined || q.heads !== k.heads || k.source !== v.source) return undefined
  return {
    nodes: [...q.nodes, ...k.nodes, ...v.nodes, product, times, ...(masked === undefined ? [] : [masked]), softmax, mix, back, flat],
    q,
    k,
    v,
    product: layerOf(product),
    scaled: layerOf(times),
    scale: Number(factor.data[0]),
    softmax: layerOf(softmax),
    ...(mask === undefined ? {} : { mask }),
    mixed: layerOf(mix),
  }
}

/** The calibrated values inside an attention, in the order that its lowering reads them: q, k, v, q k^T, the same scaled, and the mixed values. */
const innerValues = ({ q, k, v, product, scaled, mixed }: Parts): readonly string[] => [
  q.result,
  k.result,
  v.result,
  product,
  scaled,
  mixed,
]

function fuse(draft: GraphDraft, node: Node, parts: Parts): void {
  const { q, k, v } = parts
  const isSelf = q.source === k.source
  draft.replace(node, [
    {
      op: 'Attention',
      inputs: [
        q.source,
        isSelf ? undefined : k.source,
        undefined,
        q.weight,
        q.bias,
        k.weight,
        k.bias,
        v.weight,
        v.bias,
        node.inputs[1],
        node.inputs[2],
        ...(parts.mask === undefined ? [] : [parts.mask]),
      ],
      outputs: node.outputs,
      attrs: { heads: q.heads, headSize: q.headSize, scale: parts.scale, inner: innerValues(parts) },
      origin: [...parts.nodes.map(layerOf), layerOf(node)],
    },
  ])
}

/**
 * Attention with its linear projections becomes one node: `softmax(q k^T * scale) v`, projected. Not when high precision is
 * wanted. The nodes it replaces stay behind unused (casts are named after them) until the quantized graph is cleaned.
 */
export const fuseAttention: RewritePass = {
  name: 'fuse-attention',
  run(graph: Graph, { highPrecision }) {
    if (highPrecision) return graph
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const parts = partsOf(draft, node)
      if (parts !== undefined) fuse(draft, node, parts)
    }
    return draft.finish()
  },
}
