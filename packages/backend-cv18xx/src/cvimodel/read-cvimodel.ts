import { QError } from '@q/ir'
import { type FlatReader, readTables } from '@q/ir/container'
import type {
  Cvimodel,
  CvimodelMemory,
  CvimodelProgram,
  CvimodelRoutine,
  CvimodelSection,
  CvimodelTensor,
  CvimodelWeight,
} from './cvimodel.ts'
import { elementTypes, memories, memoryUnit, sectionKinds } from './format.ts'
import { type Header, isIntact, marks, readHeader } from './header.ts'
import { invalid } from './refusals.ts'

/**
 * What a container says of itself: the vendor's, of any version so far, or ours.
 *
 * Nothing in the file is believed: what it describes beyond its own bytes is refused, and what reading takes is bounded by them.
 *
 * @param place the file's name, for messages
 * @throws QError `CVIMODEL_INVALID` when it is damaged or no container, `CVIMODEL_VERSION` for one of a later format
 */
export function readCvimodel(bytes: Uint8Array, place: string): Cvimodel {
  const header = readHeader(bytes, place)
  try {
    return readModel(header, readTables(header.tables), place)
  } catch (error) {
    if (error instanceof QError) throw error
    throw invalid(place, 'the tables inside are damaged', { cause: error })
  }
}

function readModel(header: Header, model: FlatReader, place: string): Cvimodel {
  const version = model.u8Struct(0, 3)
  const chip = model.string(8) || header.chip
  const told = [`version ${header.major}.${header.minor}`, `chip ${JSON.stringify(header.chip)}`].join(', ')
  const inside = [`version ${version?.slice(0, 2).join('.')}`, `chip ${JSON.stringify(chip)}`].join(', ')
  if (told !== inside)
    throw invalid(place, 'its header and its tables say different things', { found: `${told}; ${inside}`, wanted: 'the same in both' })
  const sections = model.tables(7).map((table) => readSection(table, header.data, place))
  const dataBytes = sections.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes.length), 0)
  const weightSection = sections.find(({ kind }) => kind === 'weight')?.bytes ?? new Uint8Array()
  return {
    chip,
    name: model.string(1),
    version: version!.join('.'),
    time: model.string(2),
    maker: model.string(9),
    ...(header.mark === marks.joined ? {} : { isIntact: header.mark === marks.compiled && isIntact(header, dataBytes) }),
    bytesBehind: header.data.length - dataBytes,
    sections,
    weights: model.tables(5).map((table) => readWeight(table, weightSection, place)),
    programs: model.tables(6).map((table) => readProgram(table, place)),
  }
}

function readSection(table: FlatReader, data: Uint8Array, place: string): CvimodelSection {
  const [name, size, offset, kind] = [table.string(1), table.u32(2), table.u32(3), table.u8(0)]
  if (offset + size > data.length) {
    throw invalid(place, `the file is cut short: section ${name} ends behind it`, {
      found: `${data.length} bytes behind the tables`,
      wanted: `${offset + size} bytes or more`,
    })
  }
  return {
    kind: sectionKinds[kind] ?? String(kind),
    name,
    offset,
    bytes: data.subarray(offset, offset + size),
    isEncrypted: table.u8(4) !== 0,
    isCompressed: table.u8(5) !== 0,
  }
}

function readWeight(table: FlatReader, section: Uint8Array, place: string): CvimodelWeight {
  const [name, offset, size] = [table.string(0), split(table.i64(1)).offset, table.u32(2)]
  if (offset + size > section.length) {
    throw invalid(place, `weight ${name} lies outside its section`, {
      found: `bytes ${offset} to ${offset + size}`,
      wanted: `at most ${section.length} bytes`,
    })
  }
  return {
    name,
    dtype: readType(table.u8(4), name, place),
    shape: readShape(table.table(3), name, place),
    offset,
    bytes: section.subarray(offset, offset + size),
  }
}

function readProgram(table: FlatReader, place: string): CvimodelProgram {
  const tensors = table.tables(4).map((tensor) => readTensor(tensor, place))
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const named = (name: string): CvimodelTensor => {
    const tensor = byName.get(name)
    if (tensor === undefined) throw invalid(place, `its program has an input or output ${name} that is none of its tensors`)
    return tensor
  }
  return {
    batch: table.u32(0),
    sharedBytes: table.u32(6),
    privateBytes: table.u32(7),
    neuronBytes: table.u32(1),
    inputs: table.strings(2).map(named),
    outputs: table.strings(3).map(named),
    tensors,
    routines: table.tables(5).map(readRoutine),
  }
}

function readTensor(table: FlatReader, place: string): CvimodelTensor {
  const name = table.string(1)
  const quant = table.table(6)
  const pixelFormat = table.string(10)
  return {
    name,
    dtype: readType(table.u8(3), name, place),
    shape: readShape(table.table(4), name, place),
    ...split(table.i64(2)),
    size: table.u32(12),
    ...(quant === undefined ? {} : { quant: { qscale: quant.f32(4), zeroPoint: quant.f32(3) } }),
    ...(pixelFormat === '' ? {} : { pixelFormat }),
  }
}

function readRoutine(table: FlatReader): CvimodelRoutine {
  const runs = table.u8(0) === 0 ? 'tpu' : 'cpu'
  const commands = table.table(3)
  const code = runs === 'cpu' ? table.table(4)?.string(0) : commands?.string(0) || commands?.string(1)
  return { runs, inputs: table.strings(1), outputs: table.strings(2), code: code ?? '' }
}

/** The memory and the place in it that an offset stands for. */
function split(offset: number): { readonly memory: CvimodelMemory; readonly offset: number } {
  if (offset < 0) return { memory: 'host', offset: 0 }
  const number = Math.floor(offset / memoryUnit) % 8
  const memory = number >= memories.io ? 'io' : (['shared', 'weight', 'private'] as const)[number]!
  return { memory, offset: offset % memoryUnit }
}

function readType(number: number, name: string, place: string): CvimodelTensor['dtype'] {
  const dtype = elementTypes[number]
  if (dtype === undefined)
    throw invalid(place, `the element type of ${name} is not known`, {
      found: `number ${number}`,
      wanted: `0 to ${elementTypes.length - 1}`,
    })
  return dtype
}

function readShape(table: FlatReader | undefined, name: string, place: string): readonly number[] {
  const shape = table?.i64s(0) ?? []
  if (shape.length === 4 && shape.every((extent) => extent >= 0)) return shape
  throw invalid(place, `${name} has a shape that is none`, { found: `[${shape.slice(0, 8).join(', ')}]`, wanted: 'four extents' })
}
