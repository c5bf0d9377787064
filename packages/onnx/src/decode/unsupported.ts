import { QError, suggest } from '@q/ir'
import type { Signature } from '../signature/signature.ts'

/** A node whose operator the program does not have. */
export interface UnsupportedNode {
  readonly domain: string
  readonly op: string
  readonly name: string
}

/** Whether operators of a domain are looked up; `''` is ONNX's own. */
const isRead = (domain: string): boolean => domain === '' || domain === 'com.microsoft'

/** Operators of ONNX that ONNX Runtime had in its own domain before, or has there too, and means the same by. */
const alsoContributed = new Set(['DequantizeLinear', 'GatherND', 'Gelu', 'Pad', 'QLinearConv', 'QuantizeLinear', 'Range', 'Trilu'])

/**
 * Whether an operator of a domain is looked up by its name alone: an operator of ONNX's own may be another one in another domain.
 *
 * @param signature of the operator of that name, where there is one
 */
export const isLookedUp = (domain: string, signature: Pick<Signature, 'name' | 'isOnnx'> | undefined): boolean =>
  isRead(domain) && (domain === '' || signature?.isOnnx !== true || alsoContributed.has(signature.name))

/** One error for all of them: each operator once, how often it stands, where, and names near it. */
export function unsupportedOperators(nodes: readonly UnsupportedNode[], known: readonly string[], place: string): QError {
  const groups = groupBy(nodes, ({ domain, op }) => (domain === '' ? op : `${domain}.${op}`))
  const lines = [...groups].map(([op, members]) => {
    const places = members
      .slice(0, 3)
      .map(({ name }) => name)
      .join(', ')
    const near = suggest(members[0]!.op, known)
    return `${op} x${members.length} (${places}${members.length > 3 ? ', …' : ''})${near.length === 0 ? '' : `, near ${near.join(', ')}`}`
  })
  return new QError('ONNX_UNSUPPORTED_OP', `${groups.size === 1 ? 'an operator is' : `${groups.size} operators are`} not supported`, {
    at: [place],
    found: lines.join('; '),
    wanted: 'operators of ONNX that a quantized network can hold',
    hint: nodes.every(({ domain }) => isRead(domain))
      ? 'cut the network before these nodes with output names, or export it differently'
      : "operators are read of ONNX's own domain and of com.microsoft: export those of other domains under one of these, and docs/add-an-op.md adds them; or cut the network before these nodes with output names",
  })
}

/** The error for a result that an operator has in ONNX, and not here: means, masks, states. */
export const resultLeftOut = (name: string, op: string, place: string): QError =>
  new QError('ONNX_UNSUPPORTED', `of the results of ${op}, this one is not supported`, {
    at: [place],
    found: name,
    wanted: 'the first result alone',
    hint: 'export the model without it, or cut the graph before what uses it',
  })

function groupBy(
  nodes: readonly UnsupportedNode[],
  key: (node: UnsupportedNode) => string,
): ReadonlyMap<string, readonly UnsupportedNode[]> {
  const groups = new Map<string, UnsupportedNode[]>()
  for (const node of nodes) {
    const members = groups.get(key(node))
    if (members === undefined) groups.set(key(node), [node])
    else members.push(node)
  }
  return groups
}
