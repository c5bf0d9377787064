import { selects } from '../codec/field.ts'
import type { Spelling } from '../codec/spelling.ts'

/** Rows of a table by ids, looked up by the program that feeds the chip: the ids come first there. */
export const embedding: Spelling = {
  op: 'Gather',
  name: 'GenericCpu',
  fields: [selects('string', 'cpu_op_name', 'embedding')],
  read: ({ inputs: [ids, table] }) => ({ inputs: [table, ids] }),
  writes: ({ properties, attrs, inputs, isConstant }) =>
    properties['quantizeInputsOnHost'] === true && attrs['axis'] === 0 && attrs['keepdims'] === true && isConstant(inputs[0]!),
  writeInputs: ({ inputs: [table, ids] }) => [ids, table],
  writeAttributes: () => new Map([['param', { kind: 'dict', entries: new Map() }]]),
}
