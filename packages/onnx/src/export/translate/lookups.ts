import type { DType, TensorType } from '@q/ir'
import { elementCount } from '@q/ir'
import { carrierOf, shiftOf, toCarrier } from '../onnx/carriers.ts'
import { byByteTable, inCarrier } from './byte-table.ts'
import { codeRange, isByte, isCodeType } from './codes.ts'
import { reshaped } from './finish.ts'
import type { Translate, Translation } from './translator.ts'

/** The table's own element type is that of the result, or a wider one that holds the same numbers. */
export const translateLut: Translate = (node, t) => {
  const [x, table] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const from = t.typeOf(x!)
  const entries = entriesOf(t, table!, from, type)
  if (entries === undefined) return undefined
  if (isByte(from.dtype)) return [byByteTable(t, x!, type, (each) => entries[each & 255]!)]
  if (entries.length !== 65536) return undefined
  // A negative code stands, as a negative index does, that far from the end of the table.
  return [gathered(t, t.carried(x!), entries, type)]
}

/** All tables one behind the other, in the order of codes as they travel; a place is that of the code within the table of its slice. */
export const translateLutAxis: Translate = (node, t) => {
  const [x, table] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const from = t.typeOf(x!)
  const entries = entriesOf(t, table!, from, type)
  const axis = Number(t.attrs(node)['axis'])
  const slices = from.shape[axis]!
  if (entries === undefined || slices === 0) return undefined
  const size = entries.length / slices
  if (size !== 256 && size !== 65536) return undefined
  const [low] = codeRange(from.dtype)
  const inOrder = entries.map((_, i) => entries[i - (i % size) + ((i + low) & (size - 1))]!)
  const offsets = Array.from({ length: slices }, (_, slice) => slice * size - low - shiftOf(from.dtype))
  const alongAxis = from.shape.map((_, i) => (i === axis ? slices : 1))
  const { build } = t
  const places = build.node('Add', [build.cast(t.carried(x!), 'i32'), build.numbers('i32', offsets, alongAxis)], {
    dtype: 'i32',
    shape: from.shape,
  })
  return [gathered(t, places, inOrder, type)]
}

/** The entries of a table that is known, where it and the codes it is asked for can be written. */
function entriesOf(t: Translation, table: string, from: TensorType, type: TensorType): Float64Array | undefined {
  const entries = t.valueOf(table).constant
  if (entries === undefined || !isCodeType(from.dtype) || !canLookUp(type.dtype)) return undefined
  const numbers = entries.dtype === 'f16' || entries.dtype === 'bf16' ? toCarrier(entries).data : entries.data
  return Float64Array.from(numbers as Int16Array)
}

/** The entry at each place, as the carrier of `type`. */
function gathered({ build }: Translation, places: string, entries: Float64Array, type: TensorType): string {
  const flat = [1, elementCount(type.shape)]
  const dtype = carrierOf(type)
  const shift = shiftOf(type.dtype)
  const row = build.constant({
    dtype,
    shape: [1, entries.length],
    data: inCarrier(
      dtype,
      entries.map((each) => each + shift),
    ),
  })
  const found = build.node('GatherElements', [row, reshaped(build, places, flat)], { dtype, shape: flat }, { axis: 1 })
  return reshaped(build, found, type.shape)
}

const canLookUp = (dtype: DType): boolean => isCodeType(dtype) || dtype === 'f32' || dtype === 'f16' || dtype === 'bf16'
