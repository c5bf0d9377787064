import type { LowerContext, LowerOp, Node } from '@q/ir'
import { lowerFloat } from '@q/ir/lowering'
import { notOnHost } from './on-host.ts'
import { pickedSlices } from './picked.ts'

/** The host takes ids as unsigned numbers of 16 bits. */
const mostRows = 65536

/**
 * Rows of a table by the ids that the network is fed, looked up by the host in the numbers of the chip; of a computed tensor, slices at known places.
 *
 * @throws QError `OP_UNSUPPORTED` for places that are computed, and for rows by ids along another axis or from a table of too many
 */
export const lowerGather: LowerOp = (node, context) => {
  const [table, ids] = node.inputs as [string, string]
  const places = context.constantOf(ids)
  if (places !== undefined && context.constantOf(table) === undefined) return pickedSlices(node, places, context)
  checkRows(node, context)
  const { nodes, values } = lowerFloat(node, context)
  return { nodes, values, operands: new Map([[ids, 'i32']]) }
}

function checkRows(node: Node, context: LowerContext): void {
  const [table, ids] = node.inputs as [string, string]
  const { axis, keepdims } = context.attrs(node)
  const rows = context.constantOf(table)?.shape
  if (rows === undefined)
    throw notOnHost(node, context, `${table} and ${ids}, which are computed`, 'known places, or rows of a table that the model holds')
  if (axis !== 0 || rows.length !== 2 || keepdims !== true)
    throw notOnHost(node, context, `axis ${axis} of [${rows.join(', ')}]`, 'axis 0 of two')
  if (context.producer(ids) !== undefined) throw notOnHost(node, context, `${ids}, which is computed`, 'ids that the network is fed')
  if (rows[0]! > mostRows) throw notOnHost(node, context, `${rows[0]} rows`, `at most ${mostRows}`)
}
