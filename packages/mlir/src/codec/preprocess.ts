import type { AttrValue, Preprocess } from '@q/ir'
import { QError } from '@q/ir'
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

/** The preprocessing that a `top.Input` declares; `undefined` when it declares none. */
export function readPreprocess(attributes: MlirAttributes, at: readonly string[]): Preprocess | undefined {
  for (const name of ['customization_format', 'aligned', 'shape_tensor']) {
    if (attributes.has(name)) {
      throw new QError('MLIR_UNSUPPORTED_ATTRIBUTE', `an input with ${name} cannot be held by a graph`, {
        at,
        found: name,
        wanted: 'an input of the network itself',
        hint: 'lower the model again without --fuse_preprocess',
      })
    }
  }
  if (!entries.some(([name]) => attributes.has(name))) return undefined
  return Object.fromEntries(
    entries.map(([name, type, key, absent]) => {
      const attribute = attributes.get(name)
      return [key, attribute === undefined ? absent : attributeValue(name, type, attribute, at)]
    }),
  ) as unknown as Preprocess
}

/** Attributes of the `top.Input` of an input. An empty list means that the attribute is not written. */
export function writePreprocess(preprocess: Preprocess | undefined): Map<string, MlirAttribute> {
  const written = new Map<string, MlirAttribute>([['do_preprocess', { kind: 'bool', value: true }]])
  if (preprocess === undefined) return written
  for (const [name, type, key] of entries) {
    const value = preprocess[key]
    if (Array.isArray(value) && value.length === 0) continue
    written.set(name, attributeOf(type, value))
  }
  return written
}
