/** What is needed of a builder of FlatBuffers: `Builder` of the package `flatbuffers` is one. */
export interface FlatBuilder {
  createString(text: string): number
  startObject(fields: number): void
  endObject(): number
  startVector(itemBytes: number, count: number, alignment: number): void
  endVector(): number
  addInt8(value: number): void
  addInt32(value: number): void
  addInt64(value: bigint): void
  addFloat32(value: number): void
  addOffset(offset: number): void
  prep(size: number, more: number): void
  writeInt8(value: number): void
  writeInt64(value: bigint): void
  offset(): number
  slot(field: number): void
  finish(root: number): void
  asUint8Array(): Uint8Array
}

/** One field of a FlatBuffers table, with what the schema says of it. A number equal to its default takes no space. */
export type FlatField = { readonly id: number } & (
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'u8' | 'i32' | 'u32' | 'f32'; readonly value: number; readonly default?: number }
  | { readonly kind: 'i64' | 'u64'; readonly value: number | bigint }
  /** A struct of numbers of one kind, which stands in the table itself. */
  | { readonly kind: 'u8 struct' | 'u64 struct'; readonly value: readonly number[] }
  | { readonly kind: 'table'; readonly value: FlatTable }
  | { readonly kind: 'tables'; readonly value: readonly FlatTable[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'i32s' | 'i64s' | 'u64s' | 'f32s'; readonly value: readonly number[] }
)

/** A table: its fields, in any order. */
export type FlatTable = readonly FlatField[]

/**
 * The bytes of a table and of everything it refers to.
 *
 * @param builder an empty one
 * @returns the same bytes for the same table
 */
export function writeTables(root: FlatTable, builder: FlatBuilder): Uint8Array {
  builder.finish(writeTable(builder, root))
  return builder.asUint8Array()
}

/** Writes a table after everything it refers to, as the format wants it. @returns where it lies */
function writeTable(builder: FlatBuilder, table: FlatTable): number {
  const offsets = new Map(table.map((field) => [field.id, writeChild(builder, field)]))
  builder.startObject(table.reduce((most, { id }) => Math.max(most, id + 1), 0))
  for (const field of table) {
    if (addInline(builder, field, offsets.get(field.id)!)) builder.slot(field.id)
  }
  return builder.endObject()
}

/** Adds what stands in the table itself. @returns whether there is anything: not for a default */
function addInline(builder: FlatBuilder, field: FlatField, child: number): boolean {
  switch (field.kind) {
    case 'u8':
    case 'i32':
    case 'u32':
    case 'f32':
      if (field.value === (field.default ?? 0)) return false
      if (field.kind === 'u8') builder.addInt8(field.value)
      else if (field.kind === 'f32') builder.addFloat32(field.value)
      else builder.addInt32(field.value)
      return true
    case 'i64':
    case 'u64':
      if (BigInt(field.value) === 0n) return false
      builder.addInt64(BigInt(field.value))
      return true
    case 'u8 struct':
      builder.prep(1, field.value.length)
      for (const value of field.value.toReversed()) builder.writeInt8(value)
      return true
    case 'u64 struct':
      builder.prep(8, 8 * field.value.length)
      for (const value of field.value.toReversed()) builder.writeInt64(BigInt(value))
      return true
    default:
      builder.addOffset(child)
      return true
  }
}

/** Writes what a field refers to. @returns where it lies, 0 for what stands in the table itself */
function writeChild(builder: FlatBuilder, field: FlatField): number {
  switch (field.kind) {
    case 'string':
      return builder.createString(field.value)
    case 'table':
      return writeTable(builder, field.value)
    case 'tables': {
      const tables = field.value.map((table) => writeTable(builder, table))
      return vector(builder, tables, 4, (offset) => builder.addOffset(offset))
    }
    case 'strings': {
      const strings = field.value.map((text) => builder.createString(text))
      return vector(builder, strings, 4, (offset) => builder.addOffset(offset))
    }
    case 'bytes':
      return vector(builder, [...field.value], 1, (byte) => builder.addInt8(byte))
    case 'i32s':
      return vector(builder, field.value, 4, (value) => builder.addInt32(value))
    case 'f32s':
      return vector(builder, field.value, 4, (value) => builder.addFloat32(value))
    case 'i64s':
    case 'u64s':
      return vector(builder, field.value, 8, (value) => builder.addInt64(BigInt(value)))
    default:
      return 0
  }
}

function vector<T>(builder: FlatBuilder, items: readonly T[], itemBytes: number, add: (item: T) => void): number {
  builder.startVector(itemBytes, items.length, itemBytes)
  for (const item of items.toReversed()) add(item)
  return builder.endVector()
}
