import { selects } from '../codec/field.ts'
import type { ReadForm, Spelling, WriteForm } from '../codec/spelling.ts'
import type { MlirAttribute } from '../text/mlir-module.ts'
import { readResize } from '../top/selection.ts'

const coordinates = 'coordinate_transformation_mode'

/** The factors of a resampling are those of its sizes: the text has no others. */
const areOfSizes = ({ attrs, inputs, typeOf, outputTypes }: WriteForm): boolean =>
  ['scale_h', 'scale_w'].every((name, k) => attrs[name] === outputTypes[0]!.shape.at(k - 2)! / typeOf(inputs[0]!).shape.at(k - 2)!)

const int = (value: number): MlirAttribute => ({ kind: 'int', type: 'i32', value })

function wordOf({ operation }: ReadForm): string {
  const param = operation.attributes.get('param')
  const word = param?.kind === 'dict' ? param.entries.get(coordinates) : undefined
  return word?.kind === 'string' ? word.value : ''
}

/** A resampling, linear or nearest from the start of each element, that the program computes that feeds the chip, in float32; see `quantizeInputsOnHost`. Its compiler knows no other word for it. */
export const hostResize: Spelling = {
  op: 'Resize',
  name: 'GenericCpu',
  fields: [selects('string', 'cpu_op_name', 'interp')],
  reads: (form) => form.resultTypes[0]!.dtype === 'f32',
  read: (form) => {
    const { inputs, attrs } = readResize({ ...form, attrs: {} })
    const word = wordOf(form)
    const how = word === 'nearest' ? { mode: 'nearest', [coordinates]: 'asymmetric' } : { mode: 'linear', [coordinates]: word }
    return { inputs, attrs: { ...attrs, ...how } }
  },
  writes: (form) =>
    form.properties['quantizeInputsOnHost'] === true &&
    form.outputTypes[0]!.dtype === 'f32' &&
    (form.attrs['mode'] === 'linear' || form.attrs[coordinates] === 'asymmetric') &&
    areOfSizes(form),
  writeAttributes: ({ attrs, outputTypes }) => {
    const [height, width] = outputTypes[0]!.shape.slice(-2) as [number, number]
    const entries = new Map<string, MlirAttribute>([
      [coordinates, { kind: 'string', value: attrs['mode'] === 'nearest' ? 'nearest' : String(attrs[coordinates]) }],
      ['height', int(height)],
      ['pad_beg', int(0)],
      ['pad_end', int(0)],
      ['shrink_factor', int(0)],
      ['width', int(width)],
      ['zoom_factor', int(0)],
    ])
    return new Map([['param', { kind: 'dict', entries }]])
  },
}
