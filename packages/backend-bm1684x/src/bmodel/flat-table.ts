import type { Builder, Offset } from 'flatbuffers'

/** A place in the binary area: bytes from its start. */
export interface BinarySpan {
  readonly start: number
  readonly size: number
}

/** One field of a FlatBuffers table, with what the schema says of it. A field equal to its default takes no space. */
type FlatField =
  | { readonly id: number; readonly kind: 'string'; readonly value: string }
  | { readonly id: number; readonly kind: 'i32' | 'u32'; readonly value: number; readonly default?: number }
  | { readonly id: number; readonly kind: 'u64'; readonly value: number | bigint }
  | { readonly id: number; readonly kind: 'f32'; readonly value: number; readonly default?: number }
  | { readonly id: number; readonly kind: 'binary'; readonly value: BinarySpan }
  | { readonly id: number; readonly kind: 'table'; readonly value: FlatTable }
  | { readonly id: number; readonly kind: 'tables'; readonly value: readonly FlatTable[] }
  | { readonly id: number; readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly id: number; readonly kind: 'i32s'; readonly value: readonly number[] }
  | { readonly id: number; readonly kind: 'u64s'; readonly value: readonly number[] }

/** A table: its fields, in any order. */
export type FlatTable = readonly FlatField[]

/** Writes a table after everything it refers to, as the format wants it. @returns where it lies */
export function writeTable(builder: Builder, table: FlatTable): Offset {
  const offsets = new Map(table.map((field) => [field.id, writeChild(builder, field)]))
  builder.startObject(table.reduce((most, { id }) => Math.max(most, id + 1), 0))
  for (const field of table) {
    switch (field.kind) {
      case 'i32':
      case 'u32':
        builder.addFieldInt32(field.id, field.value, field.default ?? 0)
        break
      case 'u64':
        builder.addFieldInt64(field.id, BigInt(field.value), 0n)
        break
      case 'f32':
        builder.addFieldFloat32(field.id, field.value, field.default ?? 0)
        break
      case 'binary':
        builder.prep(8, 16)
        builder.writeInt64(BigInt(field.value.size))
        builder.writeInt64(BigInt(field.value.start))
        builder.addFieldStruct(field.id, builder.offset(), 0)
        break
      default:
        builder.addFieldOffset(field.id, offsets.get(field.id)!, 0)
    }
  }
  return builder.endObject()
}

function writeChild(builder: Builder, field: FlatField): Offset {
  switch (field.kind) {
    case 'string':
      return builder.createString(field.value)
    case 'table':
      return writeTable(builder, field.value)
    case 'tables': {
      const tables = field.value.map((table) => writeTable(builder, table))
      return vector(builder, tables, 4, (offset) => builder.addOffset(offset))
    }
    case 'bytes':
      return vector(builder, [...field.value], 1, (byte) => builder.addInt8(byte))
    case 'i32s':
      return vector(builder, field.value, 4, (value) => builder.addInt32(value))
    case 'u64s':
      return vector(builder, field.value, 8, (value) => builder.addInt64(BigInt(value)))
    default:
      return 0
  }
}

function vector<T>(builder: Builder, items: readonly T[], itemBytes: number, add: (item: T) => void): Offset {
  builder.startVector(itemBytes, items.length, itemBytes)
  for (const item of [...items].reverse()) add(item)
  return builder.endVector()
}
