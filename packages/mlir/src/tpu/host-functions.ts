import type { Attrs } from '@q/ir'
import type { Field } from '../codec/field.ts'
import { derived, field, fixed, readFields, selects, writeFields } from '../codec/field.ts'
import type { ReadForm, Spelling } from '../codec/spelling.ts'
import type { MlirAttributes } from '../text/mlir-module.ts'
import { gridFields } from '../top/selection.ts'

/** A function of the program that feeds the chip, and what the text says to it, in the order of names. */
interface HostFunction {
  readonly op: string
  readonly name: string
  readonly parameters: readonly Field[]
  /** What follows from the shapes. */
  readonly shaped?: (form: ReadForm) => Attrs
}

/** How many axes the indices of slices have. */
const indiceDims = derived('i64', 'indice_dims', ({ inputs, typeOf }) => typeOf(inputs[1]!).shape.length)

/** A place is that of the largest element, which stands in the second operand; the type of the result says how places are laid out. */
const argMax: HostFunction = {
  op: 'ArgMax',
  name: 'argmax_v3',
  parameters: [field('i64', 'axis', 'axis'), fixed('f32', 'scale', 1)],
  shaped: ({ inputs, typeOf, resultTypes: [result] }) => {
    const { shape } = result!
    const before = typeOf(inputs[0]!).shape
    const keepdims = before.length === shape.length
    const usual = [...before.slice(0, -1), ...(keepdims ? [1] : [])]
    return { keepdims, ...(shape.join() === usual.join() ? {} : { shape }) }
  },
}

const functions: readonly HostFunction[] = [
  argMax,
  { op: 'CumSum', name: 'cumsum', parameters: [field('i32', 'axis', 'axis')] },
  { op: 'GatherElements', name: 'gatherelements_pt', parameters: [field('i64', 'axis', 'axis')] },
  { op: 'GatherND', name: 'gathernd_tf', parameters: [field('i64', 'batch_dims', 'batch_dims'), indiceDims] },
  {
    op: 'GridSample',
    name: 'grid_sampler',
    parameters: ['align_corners', 'mode', 'padding_mode'].map((name) => gridFields.find((each) => each.name === name)!),
  },
  { op: 'InstanceNormalization', name: 'instance_norm', parameters: [field('f32', 'variance_epsilon', 'epsilon')] },
  {
    op: 'TopK',
    name: 'topk',
    parameters: [
      field('i32', 'K', 'k'),
      field('i32', 'axis', 'axis'),
      field('bool', 'largest', 'largest'),
      field('bool', 'sorted', 'sorted'),
    ],
  },
]

function parametersOf({ operation }: ReadForm): MlirAttributes {
  const found = operation.attributes.get('param')
  return found?.kind === 'dict' ? found.entries : new Map()
}

/** Layers that the program computes that feeds the chip, in float32; see `quantizeInputsOnHost`. */
export const hostFunctions: readonly Spelling[] = functions.map(({ op, name, parameters, shaped }) => ({
  op,
  name: 'GenericCpu',
  fields: [selects('string', 'cpu_op_name', name)],
  read: (form) => ({ attrs: { ...readFields(parameters, parametersOf(form), form.at), ...shaped?.(form) } }),
  writes: ({ properties, node, outputTypes }) =>
    properties['quantizeInputsOnHost'] === true && node.outputs.length === 1 && outputTypes[0]!.dtype === 'f32',
  writeAttributes: (form) => new Map([['param', { kind: 'dict', entries: writeFields(parameters, form.attrs, form) }]]),
}))
