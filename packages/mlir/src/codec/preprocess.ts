import type { AttrValue, GraphInput, Node, PictureForm, Preprocess } from '@q/ir'
import { QError } from '@q/ir'
import { frameOf, pictureForms } from '@q/ir/graph'
import type { MlirAttribute, MlirAttributes } from '../text/mlir-module.ts'
import type { FieldType } from './field.ts'
import { attributeOf, attributeValue } from './field.ts'

type Entry = readonly [name: string, type: FieldType, key: keyof Preprocess, absent: AttrValue]

/** Attributes of `top.Input` in the text and their places in the graph. */
const entries: readonly Entry[] = [
  ['pixel_format', 'string', 'pixelFormat', 'bgr'],
  ['channel_format', 'string', 'channelFormat', 'nchw'],
  ['resize_dims', 'ints', 'resizeDims', []],
  ['keep_aspect_ratio', 'bool', 'keepAspectRatio', false],
  ['keep_ratio_mode', 'string', 'keepRatioMode', 'letterbox'],
  ['pad_value', 'i64', 'padValue', 0],
  ['pad_type', 'string', 'padType', 'center'],
  ['mean', 'floats', 'mean', []],
  ['scale', 'floats', 'scale', []],
  ['yuv_type', 'string', 'yuvType', ''],
]

/** Every attribute of `top.Input`. */
export const inputAttributes: readonly string[] = [
  ...entries.map(([name]) => name),
  'aligned',
  'customization_format',
  'do_preprocess',
  'shape_tensor',
]

/** The preprocessing that a `top.Input` declares; `undefined` when it declares none. Where rows are padded the text does not say by how much: `rowBytes` is 0. */
export function readPreprocess(attributes: MlirAttributes, at: readonly string[]): Preprocess | undefined {
  const wordOf = (name: string): string | undefined => {
    const attribute = attributes.get(name)
    return attribute === undefined ? undefined : String(attributeValue(name, 'string', attribute, at))
  }
  const form = wordOf('customization_format')
  if (form !== undefined && !Object.hasOwn(pictureForms, form)) throw unheld('customization_format', form, at)
  if (attributes.has('shape_tensor')) throw unheld('shape_tensor', 'a shape', at)
  const aligned = attributes.get('aligned')
  const isAligned = aligned !== undefined && attributeValue('aligned', 'bool', aligned, at) === true
  if (isAligned && form === undefined) throw unheld('aligned', 'frames of no form', at)
  if (!entries.some(([name]) => attributes.has(name))) return undefined
  const read = Object.fromEntries(
    entries.map(([name, type, key, absent]) => {
      const attribute = attributes.get(name)
      return [key, attribute === undefined ? absent : attributeValue(name, type, attribute, at)]
    }),
  ) as unknown as Preprocess
  return form === undefined ? read : { ...read, picture: { form: form as PictureForm, ...(isAligned ? { rowBytes: 0 } : {}) } }
}

const unheld = (name: string, found: string, at: readonly string[]): QError =>
  new QError('MLIR_UNSUPPORTED_ATTRIBUTE', `an input with ${name} cannot be held by a graph`, {
    at,
    found,
    wanted: `numbers, or pictures as ${Object.keys(pictureForms).join(', ')}`,
    hint: 'lower the model again without this form',
  })

/** The input with the bytes from one row of its frames to the next: what its planes are copied by, or the length of the rows of a single plane. */
export function withRowBytes(input: GraphInput, nodes: readonly Node[], shapeOf: (name: string) => readonly number[]): GraphInput {
  const picture = input.preprocess?.picture
  if (picture?.rowBytes === undefined) return input
  const copy = nodes.find((node) => node.inputs[0] === input.name && node.op === 'StridedCopy')
  const strides = copy?.attrs['inputStrides'] as readonly number[] | undefined
  const rowBytes = strides?.at(-2) ?? shapeOf(input.name).at(-1)!
  return { ...input, preprocess: { ...input.preprocess!, picture: { ...picture, rowBytes } } }
}

/** The shape of what a caller gives for an input: of padded frames, that of the picture in them. */
export function argumentShape(preprocess: Preprocess | undefined, shape: readonly number[]): readonly number[] {
  const picture = preprocess?.picture
  const [height, width] = preprocess?.resizeDims ?? []
  if (picture?.rowBytes === undefined || height === undefined || width === undefined) return shape
  return [shape[0]!, ...frameOf(picture.form, [height, width]).shape]
}

/** Attributes of the `top.Input` of an input. An empty list means that the attribute is not written. */
export function writePreprocess(preprocess: Preprocess | undefined): Map<string, MlirAttribute> {
  const written = new Map<string, MlirAttribute>([['do_preprocess', { kind: 'bool', value: true }]])
  if (preprocess === undefined) return written
  for (const [name, type, key] of entries) {
    const value = preprocess[key]
    if (Array.isArray(value) && value.length === 0) continue
    written.set(name, attributeOf(type, value as AttrValue))
  }
  const { picture } = preprocess
  if (picture !== undefined) written.set('customization_format', attributeOf('string', picture.form))
  if (picture?.rowBytes !== undefined) written.set('aligned', attributeOf('bool', true))
  return written
}
