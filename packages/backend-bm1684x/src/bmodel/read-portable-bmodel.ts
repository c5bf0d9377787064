import type { DType } from '@q/ir'
import { QError } from '@q/ir'
import { type BinarySpan, type FlatReader, readTables } from '@q/ir/container'
import { sha256 } from '@q/ir/graph'
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
  const blob = (span: BinarySpan) => {
    if (span.start + span.size > binaryBytes) throw invalid(place, 'a blob lies outside the file')
    return bytes.subarray(binaryStart + span.start, binaryStart + span.start + span.size)
  }
  const model = readTables(bytes.subarray(headerBytes, binaryStart))
  const net = model.tables(4)[0]
  const stage = net?.tables(3)[0]
  const subNet = stage?.tables(12)[0]
  const routine = subNet?.tables(2)[0]
  if (net === undefined || stage === undefined || subNet === undefined) throw invalid(place, 'there is no network inside')
  if (routine === undefined || routine.i32(0) !== portableOpType) {
    throw new QError('BMODEL_CHIP_ONLY', `${place} holds chip instructions`, {
      at: [place],
      found: routine === undefined ? 'no routine of the host' : `a routine of the host of kind ${routine.i32(0)}`,
      wanted: "a portable container, written without the chip's compiler",
      hint: "run the lowered _tpu.mlir file instead, or use the simulator of the chip's toolchain",
    })
  }
  if (bytes.length > binaryStart + binaryBytes) {
    const wanted = `${binaryStart + binaryBytes} bytes`
    throw invalid(place, 'something was appended to the file, which its seal does not cover', undefined, `${bytes.length} bytes`, wanted)
  }
  const coefficients = stage.table(4)
  const data = coefficients === undefined ? new Uint8Array() : blob(coefficients.span(2))
  const checkCode = coefficients?.bytes(1) ?? new Uint8Array()
  if (checkCode.length > 0 && !sameBytes(checkCode, sha256(data)))
    throw damaged(place, 'its coefficients are not those that were written', 'check_code')
  return {
    chip: model.string(3),
    name: net.string(0),
    program: new TextDecoder().decode(blob(routine.span(1))),
    inputs: stage.tables(0).map((table) => readTensor(table, place)),
    outputs: stage.tables(1).map((table) => readTensor(table, place)),
    weights: (coefficients?.tables(3) ?? []).map((location) => {
      const offset = location.u64(1)
      return { name: location.string(0), bytes: data.subarray(offset, offset + location.u64(2)) }
    }),
  }
}

function readTensor(table: FlatReader, place: string): PortableTensor {
  const code = table.u32(1)
  const dtype = Object.entries(dataTypes).find(([, number]) => number === code)?.[0] as DType | undefined
  if (dtype === undefined) throw invalid(place, 'an input or output has an element type that is not known', undefined, `number ${code}`)
  return { name: table.string(0), dtype, shape: table.tables(5)[0]?.i64s(0) ?? [] }
}

const sameBytes = (some: Uint8Array, others: Uint8Array): boolean =>
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
