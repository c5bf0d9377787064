import type { Attrs, AttrValue } from '@q/ir'
import { QError } from '@q/ir'
import type { MlirAttribute, MlirAttributes } from '../text/mlir-module.ts'
import type { WriteForm } from './spelling.ts'

/** How an attribute is written: `enum:round_mode` is `#tpu<round_mode …>`. */
export type FieldType = 'i64' | 'si32' | 'i32' | 'f32' | 'f64' | 'bool' | 'string' | 'ints' | 'floats' | `enum:${string}`

/** One attribute of an operation in the text and its place in the graph. */
export interface Field {
  readonly name: string
  readonly type: FieldType
  /** The graph's attribute; without it the attribute has one value only, or is computed. */
  readonly attr?: string
  /** What an absent attribute means; for a field without `attr` the value that is written. */
  readonly value?: AttrValue
  /** Left out of the text when the graph's attribute has this value. */
  readonly absent?: AttrValue
  /** Words of the graph and what the text has for them. */
  readonly words?: Readonly<Record<string, string | number>>
  /** The graph's attribute is a list of this one number; an empty list is `value`. */
  readonly single?: boolean
  /** Any value is read and dropped: it does not change what is computed. */
  readonly lax?: boolean
  /** The value tells apart spellings of one operation. */
  readonly selects?: boolean
  /** Value computed from the node when it is written; what is read is dropped. */
  readonly derive?: (form: WriteForm) => AttrValue | undefined
}

/** An attribute of the graph; `attr` is its name there. */
export const field = (type: FieldType, name: string, attr: string, more: Partial<Field> = {}): Field => ({ name, type, attr, ...more })
/** An attribute that has this value in all graphs; another value is refused. */
export const fixed = (type: FieldType, name: string, value: AttrValue, more: Partial<Field> = {}): Field => ({ name, type, value, ...more })
/** An attribute that is printed with this value and means nothing. */
export const lax = (type: FieldType, name: string, value: AttrValue): Field => ({ name, type, value, lax: true })
/** An attribute that tells spellings apart. */
export const selects = (type: FieldType, name: string, value: AttrValue): Field => ({ name, type, value, selects: true })
/** An attribute computed from the node. */
export const derived = (type: FieldType, name: string, derive: NonNullable<Field['derive']>): Field => ({ name, type, derive, lax: true })

/** The pseudo attribute under which the value of a constant operand is handed to its field. */
export const constantKey = (name: string): string => `constant:${name}`
/** The number that a {@link ConstantField} writes. */
export const constantValue = (name: string): Field => ({ name, type: 'f64', attr: constantKey(name), value: 0, lax: true })

/** The two attributes of an operation that may end in a ReLU. */
export const reluFields: readonly Field[] = [
  field('bool', 'do_relu', 'relu', { value: false }),
  field('f64', 'relu_limit', 'reluLimit', { value: -1 }),
]
export const notScalar = lax('bool', 'is_scalar', false)
/** The rounding attribute of Top operations, whose float results are never rounded by it. */
export const topRounding = lax('string', 'round_mode', 'HalfAwayFromZero')

/** The graph's value of an attribute. @throws QError `MLIR_ATTRIBUTE` when it has another type */
export function attributeValue(name: string, type: FieldType, attribute: MlirAttribute, at: readonly string[]): AttrValue {
  const value = plainValue(type, attribute)
  if (value !== undefined) return value
  throw new QError('MLIR_ATTRIBUTE', `the attribute ${name} has another type`, {
    at,
    found: attribute.kind === 'int' || attribute.kind === 'float' ? attribute.type : attribute.kind,
    wanted: type,
    hint: 'write the attribute with the wanted type',
  })
}

function plainValue(type: FieldType, attribute: MlirAttribute): AttrValue | undefined {
  switch (attribute.kind) {
    case 'int':
      return (type === 'i64' || type === 'si32' || type === 'i32') && attribute.type === type ? Number(attribute.value) : undefined
    case 'float':
      if (type === 'f32' && attribute.type === 'f32') return Math.fround(attribute.value)
      return type === 'f64' && attribute.type === 'f64' ? attribute.value : undefined
    case 'bool':
      return type === 'bool' ? attribute.value : undefined
    case 'string':
      return type === 'string' ? attribute.value : undefined
    case 'ints':
      return type === 'ints' || (type === 'floats' && attribute.values.length === 0) ? attribute.values.map(Number) : undefined
    case 'floats':
      return type === 'floats' ? attribute.values : undefined
    case 'enum':
      return type === `enum:${attribute.name}` ? attribute.value : undefined
    default:
      return undefined
  }
}

/** The text's attribute for a value of the graph. Integers beyond 2^63 - 1 are cut to it. */
export function attributeOf(type: FieldType, value: AttrValue): MlirAttribute {
  if (type === 'i64' || type === 'si32' || type === 'i32') return { kind: 'int', type, value: integer(value as number) }
  if (type === 'f32' || type === 'f64') return { kind: 'float', type, value: value as number }
  if (type === 'bool') return { kind: 'bool', value: value as boolean }
  if (type === 'string') return { kind: 'string', value: value as string }
  if (type === 'ints') return { kind: 'ints', values: (value as readonly number[]).map(integer) }
  if (type === 'floats') return floatsOf(value as readonly number[])
  return { kind: 'enum', name: type.slice('enum:'.length), value: value as string }
}

function floatsOf(values: readonly number[]): MlirAttribute {
  return values.length === 0 ? { kind: 'ints', values: [] } : { kind: 'floats', values }
}

function integer(value: number): number | bigint {
  return value >= 2 ** 63 ? 9223372036854775807n : Number.isSafeInteger(value) ? value : BigInt(value)
}

/** Attributes of the graph that `fields` read from an operation; values that are defaults of the graph's operator stay. */
export function readFields(fields: readonly Field[], attributes: MlirAttributes, at: readonly string[]): Record<string, AttrValue> {
  const read: Record<string, AttrValue> = {}
  for (const each of fields) {
    const attribute = attributes.get(each.name)
    if (each.lax === true) {
      if (attribute !== undefined) attributeValue(each.name, each.type, attribute, at)
      continue
    }
    if (each.attr === undefined) {
      if (attribute !== undefined && each.value !== undefined) checkFixed(each, attributeValue(each.name, each.type, attribute, at), at)
      continue
    }
    const value = attribute === undefined ? (each.value ?? each.absent) : attributeValue(each.name, each.type, attribute, at)
    if (value === undefined) {
      throw new QError('MLIR_ATTRIBUTE', `the attribute ${each.name} is missing`, {
        at,
        found: 'no such attribute',
        wanted: `${each.name} of type ${each.type}`,
        hint: `add ${each.name}`,
      })
    }
    read[each.attr] =
      each.words !== undefined ? graphWord(each, value as string | number, at) : each.single === true ? [value as number] : value
  }
  return read
}

function graphWord({ name, words }: Field, value: string | number, at: readonly string[]): string {
  const found = Object.entries(words!).find(([, word]) => word === value)
  if (found !== undefined) return found[0]
  throw new QError('MLIR_ATTRIBUTE', `the attribute ${name} has an unknown value`, {
    at,
    found: String(value),
    wanted: Object.values(words!).join(', '),
    hint: 'write one of these',
  })
}

function checkFixed({ name, value }: Field, found: AttrValue, at: readonly string[]): void {
  if (JSON.stringify(found) === JSON.stringify(value)) return
  throw new QError('MLIR_UNSUPPORTED_ATTRIBUTE', `the attribute ${name} has a value that graphs cannot hold`, {
    at,
    found: JSON.stringify(found),
    wanted: JSON.stringify(value),
    hint: 'write the model again without this option',
  })
}

/** The text's attributes of a node. */
export function writeFields(fields: readonly Field[], attrs: Attrs, form: WriteForm): Map<string, MlirAttribute> {
  const written = new Map<string, MlirAttribute>()
  for (const each of fields) {
    const value = each.derive !== undefined ? each.derive(form) : each.attr === undefined ? each.value : graphValue(each, attrs, form)
    if (value === undefined || (each.absent !== undefined && JSON.stringify(value) === JSON.stringify(each.absent))) continue
    written.set(each.name, attributeOf(each.type, each.words === undefined ? value : textWord(each, value as string, form)))
  }
  return written
}

/** The value of the graph's attribute in the form of the text. */
function graphValue({ name, attr, value, single }: Field, attrs: Attrs, { at }: WriteForm): AttrValue | undefined {
  const found = attrs[attr!]
  if (single !== true) return found ?? value
  const [only, ...more] = (found ?? []) as readonly number[]
  if (more.length === 0) return only ?? value
  throw new QError('MLIR_UNSUPPORTED_ATTRIBUTE', `the text has one ${name} for the whole tensor`, {
    at,
    found: `${more.length + 1} numbers`,
    wanted: 'one number',
    hint: 'use one for all channels, or another file format',
  })
}

function textWord({ name, words }: Field, value: string, { at }: WriteForm): string | number {
  const word = words![value]
  if (word !== undefined) return word
  throw new QError('MLIR_UNSUPPORTED_ATTRIBUTE', `the text has no word for this value of ${name}`, {
    at,
    found: value,
    wanted: Object.keys(words!).join(', '),
    hint: 'use one of these, or another file format',
  })
}
