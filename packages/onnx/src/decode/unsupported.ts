import { QError, suggest } from '@q/ir'
import type { Literal } from '../fold/literal.ts'
import { constantHint } from '../normalize/form.ts'
import { wayOf } from '../read-operators.ts'
import { otherOperators } from '../signature/other-operators.ts'
import type { Signature } from '../signature/signature.ts'
import { operandsIn } from '../signature/signatures.ts'

/** A node that no network can hold. */
export interface UnsupportedNode {
  readonly domain: string
  readonly op: string
  readonly name: string
  /** The operand that is computed while the network runs, of an operator that is read of constants; absent where the program does not have the operator. */
  readonly computed?: string
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

/** The first operand that is not known, of an operator that is read where all are; nothing of others. */
export function computedOperand(
  signature: Signature | undefined,
  literals: readonly (Literal | undefined)[],
  opset: number,
): Pick<UnsupportedNode, 'computed'> {
  if (signature === undefined || wayOf(signature.name) !== 'a constant') return {}
  const computed = operandsIn(signature, opset).find((_, i) => i < literals.length && literals[i] === undefined)?.name
  return computed === undefined ? {} : { computed }
}

/** What a message tells beside the nodes. */
interface Told {
  /** The operators that are read. */
  readonly known: readonly string[]
  readonly isFunction: (domain: string, op: string) => boolean
}

/** One error for all of them: each operator once, how often it stands, where, and names near one that ONNX does not have. */
export function unsupportedOperators(nodes: readonly UnsupportedNode[], told: Told, place: string): QError {
  const groups = groupBy(nodes, ({ domain, op }) => (domain === '' ? op : `${domain}.${op}`))
  const lines = [...groups].map(([op, members]) => {
    const places = members
      .slice(0, 3)
      .map(({ name }) => name)
      .join(', ')
    return `${op} x${members.length} (${places}${members.length > 3 ? ', …' : ''})${remark(members[0]!, told)}`
  })
  const counted = groups.size === 1 ? 'an operator is' : `${groups.size} operators are`
  if (nodes.every(({ computed }) => computed !== undefined))
    return new QError('ONNX_NOT_CONSTANT', `${counted} supported for constants alone`, {
      at: [place, ...(nodes.length === 1 ? [`${nodes[0]!.op} ${nodes[0]!.name}`] : [])],
      found: lines.join('; '),
      wanted: 'constant operands',
      hint: constantHint,
    })
  return new QError('ONNX_UNSUPPORTED_OP', `${counted} not supported`, {
    at: [place],
    found: lines.join('; '),
    wanted: 'operators of ONNX that a quantized network can hold',
    hint: nodes.some(({ domain, op }) => told.isFunction(domain, op))
      ? 'functions of a file are not read: write the nodes of each in place of its calls (onnx.inliner.inline_local_functions), or cut the network before these nodes (--output_names)'
      : nodes.every(({ domain }) => isRead(domain))
        ? 'cut the network before these nodes (--output_names), or export it differently'
        : "operators are read of ONNX's own domain and of com.microsoft: export those of other domains under one of these, and docs/add-an-op.md adds them; or cut the network before these nodes (--output_names)",
  })
}

function remark({ domain, op, computed }: UnsupportedNode, { known, isFunction }: Told): string {
  if (isFunction(domain, op)) return ', which the file defines as a function'
  if (computed !== undefined) return `, whose operand ${computed} is computed while the network runs`
  const near = domain === '' && otherOperators.has(op) ? [] : suggest(op, known)
  return near.length === 0 ? '' : `, near ${near.join(', ')}`
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
