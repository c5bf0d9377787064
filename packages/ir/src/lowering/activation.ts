import type { LowerOp } from '../contracts/backend.ts'
import { QError } from '../errors.ts'
import type { Attrs } from '../graph/types.ts'
import { type ScalarFunction, scalarOf } from '../ops/define.ts'
import { allOps } from '../ops/op-set.ts'
import { onCodes } from './by-mode.ts'
import { lookUp, type TableForm } from './lookup-table.ts'

/** Functions of one number that are no use in a table: comparisons with zero and limits have cheaper forms on codes. */
const simple: ReadonlySet<string> = new Set(['Clip', 'LeakyRelu', 'Not', 'Relu'])

/** The operators of one operand whose function is worth a table. */
export const activationOps: readonly string[] = [...allOps.values()].flatMap(({ name, scalar }) =>
  scalar === undefined || simple.has(name) ? [] : [name],
)

/** Functions by operator that a chip's tables are filled with where they are not the operator's own; attributes with defaults. */
export type TableFunctions = Readonly<Record<string, (attrs: Attrs) => ScalarFunction>>

/** The function that a table of `op` is filled with. @throws QError `OP_UNSUPPORTED` when it is no function of one number */
export function tableFunction(op: string, attrs: Attrs, own: TableFunctions = {}): ScalarFunction {
  const definition = allOps.get(op)
  const f = own[op]?.(attrs) ?? (definition === undefined ? undefined : scalarOf(definition, attrs))
  if (f !== undefined) return f
  throw new QError('OP_UNSUPPORTED', `${op} is no function of one number, so there is no table of it`, {
    found: op,
    wanted: activationOps.join(', '),
    hint: 'keep the layer in a float mode in the quantization table',
  })
}

/** An element-wise function: on codes a lookup table, on floats itself. */
export const asTable = (own?: TableFunctions, form?: TableForm): LowerOp =>
  onCodes((node, context) => lookUp(node, node.inputs[0]!, tableFunction(node.op, context.attrs(node), own), context, form))
