import { elementBytes, elementCount } from '@q/ir'
import { aligned, binaryArea, type FlatTable, writeTables } from '@q/ir/container'
import { sha256 } from '@q/ir/graph'
import { Builder } from 'flatbuffers'
import type { PortableBmodel, PortableTensor } from './portable-bmodel.ts'
import { dataTypes, portableOpType } from './portable-bmodel.ts'
import { blobAlignment, headerBytes, magic, seal } from './seal.ts'

/** Build-time device address of the coefficients; the runtime relocates it. */
const coefficientAddress = 0x1_0000_0000

/**
 * A portable `.bmodel`: header, FlatBuffers region (model 2.2), binary area, blobs at multiples of 4096 bytes.
 *
 * @param time seconds since 1970, written as the time of creation
 * @returns the same bytes for the same arguments
 */
export function writePortableBmodel(model: PortableBmodel, time: number): Uint8Array {
  const area = binaryArea(blobAlignment)
  const coefficients = joinWeights(model)
  const coefficientSpan = area.add(coefficients.bytes)
  const programSpan = area.add(new TextEncoder().encode(model.program))
  const contextAddress = coefficientAddress + aligned(coefficients.bytes.length, blobAlignment)
  let next = contextAddress
  const place = (tensor: PortableTensor) => {
    const address = next
    next += aligned(byteLength(tensor), blobAlignment)
    return address
  }
  const inputs = model.inputs.map((tensor, i) => tensorTable(tensor, place(tensor), 1, i))
  const outputs = model.outputs.map((tensor, i) => tensorTable(tensor, place(tensor), 2, i))
  const contextSize = next - contextAddress

  const subNet: FlatTable = [
    { id: 0, kind: 'i32', value: 1 },
    {
      id: 2,
      kind: 'tables',
      value: [
        [
          { id: 0, kind: 'i32', value: portableOpType },
          { id: 1, kind: 'u64 struct', value: [programSpan.start, programSpan.size] },
          { id: 3, kind: 'i32', value: 1 },
        ],
      ],
    },
    { id: 3, kind: 'tables', value: inputs },
    { id: 4, kind: 'tables', value: outputs },
    { id: 10, kind: 'i32', value: 0, default: -1 },
    { id: 11, kind: 'i32s', value: [-1] },
  ]
  const parameter: FlatTable = [
    { id: 0, kind: 'tables', value: inputs },
    { id: 1, kind: 'tables', value: outputs },
    { id: 2, kind: 'u64', value: contextAddress },
    { id: 3, kind: 'u64', value: contextSize },
    {
      id: 4,
      kind: 'table',
      value: [
        { id: 0, kind: 'u64', value: coefficientAddress },
        { id: 1, kind: 'bytes', value: sha256(coefficients.bytes) },
        { id: 2, kind: 'u64 struct', value: [coefficientSpan.start, coefficientSpan.size] },
        {
          id: 3,
          kind: 'tables',
          value: coefficients.locations.map(
            ({ name, offset, size }): FlatTable => [
              { id: 0, kind: 'string', value: name },
              { id: 1, kind: 'u64', value: offset },
              { id: 2, kind: 'u64', value: size },
            ],
          ),
        },
      ],
    },
    { id: 8, kind: 'tables', value: [] },
    { id: 10, kind: 'tables', value: [[]] },
    { id: 11, kind: 'u64 struct', value: [area.size, 0] },
    { id: 12, kind: 'tables', value: [subNet] },
    { id: 14, kind: 'u64s', value: [contextSize] },
    { id: 16, kind: 'u32', value: 1 },
  ]
  const root: FlatTable = [
    { id: 0, kind: 'string', value: 'B' },
    { id: 1, kind: 'string', value: '2.2' },
    { id: 2, kind: 'string', value: `${creationTime(time)}\n` },
    { id: 3, kind: 'string', value: model.chip },
    {
      id: 4,
      kind: 'tables',
      value: [
        [
          { id: 0, kind: 'string', value: model.name },
          { id: 3, kind: 'tables', value: [parameter] },
        ],
      ],
    },
    { id: 5, kind: 'u64', value: contextSize },
    { id: 7, kind: 'u32', value: 1 },
  ]
  return assemble(writeTables(root, new Builder(1024)), area.bytes())
}

function assemble(flatbuffer: Uint8Array, binary: Uint8Array): Uint8Array {
  const binaryStart = Math.ceil((headerBytes + flatbuffer.length) / blobAlignment) * blobAlignment
  const file = new Uint8Array(binaryStart + binary.length)
  const header = new DataView(file.buffer)
  header.setUint32(0, magic, true)
  header.setUint32(4, headerBytes, true)
  header.setUint32(8, binaryStart - headerBytes, true)
  header.setBigUint64(12, BigInt(binary.length), true)
  file.set(flatbuffer, headerBytes)
  file.set(binary, binaryStart)
  return seal(file)
}

function tensorTable(tensor: PortableTensor, address: number, role: 1 | 2, index: number): FlatTable {
  return [
    { id: 0, kind: 'string', value: tensor.name },
    { id: 1, kind: 'u32', value: dataTypes[tensor.dtype] ?? 0 },
    { id: 3, kind: 'u64', value: address },
    { id: 4, kind: 'u64', value: byteLength(tensor) },
    { id: 5, kind: 'tables', value: [[{ id: 0, kind: 'u64s', value: tensor.shape }]] },
    { id: 6, kind: 'u32', value: 3 },
    { id: 7, kind: 'f32', value: 1, default: 1 },
    { id: 11, kind: 'i32', value: role },
    { id: 12, kind: 'i32', value: index },
  ]
}

function byteLength({ dtype, shape }: PortableTensor): number {
  return elementCount(shape) * elementBytes[dtype]
}

function joinWeights({ weights }: PortableBmodel) {
  const area = binaryArea(blobAlignment)
  const locations = weights.map(({ name, bytes }) => {
    const { start, size } = area.add(bytes)
    return { name, offset: start, size }
  })
  return { bytes: area.bytes(), locations }
}

/** The form of C's `ctime`, in UTC: `Fri Nov 20 21:13:02 2026`. */
function creationTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  const [weekday, day, month, year, clock] = date.toUTCString().replace(',', '').split(' ')
  return `${weekday} ${month} ${String(Number(day)).padStart(2, ' ')} ${clock} ${year}`
}
