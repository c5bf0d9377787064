import type { DType } from '@q/ir'
import { QError } from '@q/ir'
import { sha256 } from '@q/ir/graph'
import { ByteBuffer } from 'flatbuffers'
import type { PortableBmodel, PortableTensor } from './portable-bmodel.ts'
import { dataTypes, portableOpType } from './portable-bmodel.ts'
import { headerBytes, isIntact, magic } from './seal.ts'

/**
 * Reads a portable `.bmodel` back. Its seal covers every byte; the SHA-256 of the coefficients, which every file of the format has, is verified too,
 * also in files that have no seal.
 *
 * @param place the file's name, for messages
 * @throws QError `BMODEL_INVALID` when it is damaged or no container, `BMODEL_CHIP_ONLY` when it holds chip
 *   instructions, which only the chip or its simulator can run
 */
export function readPortableBmodel(bytes: Uint8Array, place: string): PortableBmodel {
  try {
    return readContainer(bytes, place)
  } catch (error) {
    if (error instanceof QError) throw error
    throw invalid(place, 'the tables inside are damaged', error)
  }
}

function readContainer(bytes: Uint8Array, place: string): PortableBmodel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < headerBytes || view.getUint32(0, true) !== magic) throw invalid(place, 'this is no .bmodel file')
  const flatBytes = view.getUint32(8, true)
  const binaryBytes = Number(view.getBigUint64(12, true))
  const binaryStart = headerBytes + flatBytes
  if (bytes.length < binaryStart + binaryBytes) {
    throw invalid(place, 'the file is cut short', undefined, `${bytes.length} bytes`, `${binaryStart + binaryBytes} bytes`)
  }
  if (!isIntact(bytes.subarray(0, binaryStart + binaryBytes))) throw damaged(place, 'its bytes are not those that were written', 'seal')
  const blob = (span: { readonly start: number; readonly size: number }) => {
    if (span.start + span.size > binaryBytes) throw invalid(place, 'a blob lies outside the file')
    return bytes.subarray(binaryStart + span.start, binaryStart + span.start + span.size)
  }
  const model = root(new ByteBuffer(bytes.subarray(headerBytes, binaryStart)))
  const net = model.tables(4)[0]
  const stage = net?.tables(3)[0]
  const subNet = stage?.tables(12)[0]
  const routine = subNet?.tables(2)[0]
  if (net === undefined || stage === undefined || subNet === undefined) throw invalid(place, 'there is no network inside')
  if (routine === undefined || routine.int(0) !== portableOpType) {
    throw new QError('BMODEL_CHIP_ONLY', `${place} holds chip instructions`, {
      at: [place],
      wanted: "a portable container, written without the chip's compiler",
      hint: "run the lowered _tpu.mlir file instead, or use the simulator of the chip's toolchain",
    })
  }
  const coefficients = stage.table(4)
  const data = coefficients === undefined ? new Uint8Array() : blob(coefficients.binary(2))
  const checkCode = coefficients?.bytes(1) ?? []
  if (checkCode.length > 0 && !sameBytes(checkCode, sha256(data)))
    throw damaged(place, 'its coefficients are not those that were written', 'check_code')
  return {
    chip: model.string(3),
    name: net.string(0),
    program: new TextDecoder().decode(blob(routine.binary(1))),
    inputs: stage.tables(0).map((table) => readTensor(table, place)),
    outputs: stage.tables(1).map((table) => readTensor(table, place)),
    weights: (coefficients?.tables(3) ?? []).map((location) => {
      const offset = location.long(1)
      return { name: location.string(0), bytes: data.subarray(offset, offset + location.long(2)) }
    }),
  }
}

function readTensor(table: FlatReader, place: string): PortableTensor {
  const code = table.int(1)
  const dtype = Object.entries(dataTypes).find(([, number]) => number === code)?.[0] as DType | undefined
  if (dtype === undefined) throw invalid(place, 'an input or output has an element type that is not known', undefined, `number ${code}`)
  return { name: table.string(0), dtype, shape: table.tables(5)[0]?.longs(0) ?? [] }
}

/** Reads the fields of one table by number. */
interface FlatReader {
  int(id: number): number
  long(id: number): number
  string(id: number): string
  binary(id: number): { readonly start: number; readonly size: number }
  bytes(id: number): readonly number[]
  table(id: number): FlatReader | undefined
  tables(id: number): readonly FlatReader[]
  longs(id: number): readonly number[]
}

function root(buffer: ByteBuffer): FlatReader {
  return reader(buffer, buffer.readInt32(buffer.position()) + buffer.position())
}

function reader(buffer: ByteBuffer, position: number): FlatReader {
  const at = (id: number) => {
    const offset = buffer.__offset(position, 4 + 2 * id)
    return offset === 0 ? undefined : position + offset
  }
  const placesOf = (field: number, size: number): readonly number[] => {
    const start = buffer.__vector(field)
    const count = buffer.__vector_len(field)
    if (start + count * size > buffer.capacity()) throw new RangeError('a list is longer than the file')
    return Array.from({ length: count }, (_, i) => start + size * i)
  }
  const elements = (id: number, size: number): readonly number[] => {
    const field = at(id)
    return field === undefined ? [] : placesOf(field, size)
  }
  return {
    int: (id) => (at(id) === undefined ? 0 : buffer.readInt32(at(id)!)),
    long: (id) => (at(id) === undefined ? 0 : Number(buffer.readUint64(at(id)!))),
    string: (id) => (at(id) === undefined ? '' : String(buffer.__string(at(id)!))),
    binary: (id) =>
      at(id) === undefined
        ? { start: 0, size: 0 }
        : { start: Number(buffer.readUint64(at(id)!)), size: Number(buffer.readUint64(at(id)! + 8)) },
    table: (id) => (at(id) === undefined ? undefined : reader(buffer, buffer.__indirect(at(id)!))),
    bytes: (id) => elements(id, 1).map((place) => buffer.readUint8(place)),
    tables: (id) => elements(id, 4).map((each) => reader(buffer, buffer.__indirect(each))),
    longs: (id) => elements(id, 8).map((place) => Number(buffer.readUint64(place))),
  }
}

const sameBytes = (some: readonly number[], others: Uint8Array): boolean =>
  some.length === others.length && some.every((byte, i) => byte === others[i])

function damaged(place: string, message: string, digest: string): QError {
  return invalid(place, message, undefined, `another SHA-256 than the ${digest} of the file`, 'the file as it was written')
}

function invalid(place: string, message: string, cause?: unknown, found?: string, wanted?: string): QError {
  return new QError('BMODEL_INVALID', `cannot read ${place}: ${message}`, {
    at: [place],
    found: found ?? 'bytes that contradict each other',
    wanted: wanted ?? 'a portable container as q wrote it',
    ...(cause === undefined ? {} : { cause }),
    hint: 'write the file again',
  })
}
