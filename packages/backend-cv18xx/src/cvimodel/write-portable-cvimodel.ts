import { elementBytes, elementCount, QError } from '@q/ir'
import { aligned, binaryArea, type FlatTable, writeTables } from '@q/ir/container'
import { Builder } from 'flatbuffers'
import { alignment, elementTypes, ioBuffers, memories, memoryUnit, mostBytes, version } from './format.ts'
import { withHeader } from './header.ts'
import type { PortableCvimodel, PortableTensor, PortableWeight } from './portable-cvimodel.ts'
import { maker, programName, routineName } from './portable-cvimodel.ts'

/**
 * A portable `.cvimodel`: header, tables (version 1.4), one section of weights with the program behind them.
 *
 * @param time seconds since 1970, written as the time of creation
 * @returns the same bytes for the same arguments
 * @throws QError `CVIMODEL_TYPE` for an input or output of a type that the format does not have, `CVIMODEL_LARGE` for more than 4 GiB
 */
export function writePortableCvimodel(model: PortableCvimodel, time: number): Uint8Array {
  const text = new TextEncoder().encode(model.program)
  const program: PortableWeight = { name: programName, dtype: 'u8', shape: [1, 1, 1, text.length], bytes: text }
  const weights = [...model.weights, program]
  checkSize(weights, model.name)
  const area = binaryArea(alignment)
  const weightMap = weights.map((weight) => weightTable(weight, area.add(weight.bytes).start))
  const { tensors, privateBytes } = placeTensors(model)
  const [inputs, outputs] = [model.inputs, model.outputs].map((all) => all.map(({ name }) => name)) as [string[], string[]]
  // A runtime refuses to load what it has no function for: with no routine at all it would run, and give zeros.
  const routine: FlatTable = [
    { id: 0, kind: 'u8', value: 1 },
    { id: 1, kind: 'strings', value: inputs },
    { id: 2, kind: 'strings', value: outputs },
    {
      id: 4,
      kind: 'table',
      value: [
        { id: 0, kind: 'string', value: routineName },
        { id: 1, kind: 'bytes', value: new Uint8Array() },
      ],
    },
  ]
  const root: FlatTable = [
    { id: 0, kind: 'u8 struct', value: [version.major, version.minor, version.patch] },
    { id: 1, kind: 'string', value: model.name },
    { id: 2, kind: 'string', value: new Date(time * 1000).toISOString().slice(0, 19).replace('T', ' ') },
    { id: 5, kind: 'tables', value: weightMap },
    {
      id: 6,
      kind: 'tables',
      value: [
        [
          { id: 0, kind: 'u32', value: 1 },
          { id: 2, kind: 'strings', value: inputs },
          { id: 3, kind: 'strings', value: outputs },
          { id: 4, kind: 'tables', value: tensors },
          { id: 5, kind: 'tables', value: [routine] },
          { id: 7, kind: 'u32', value: privateBytes },
        ],
      ],
    },
    {
      id: 7,
      kind: 'tables',
      value: [
        [
          { id: 1, kind: 'string', value: 'weight' },
          { id: 2, kind: 'u32', value: area.size },
        ],
      ],
    },
    { id: 8, kind: 'string', value: model.chip },
    { id: 9, kind: 'string', value: maker },
  ]
  return withHeader(model.chip, writeTables(root, new Builder(1024)), area.bytes())
}

/** Inputs, then outputs: each has a buffer of its own as long as there are any, the others lie in private memory. */
function placeTensors({ inputs, outputs }: PortableCvimodel): { readonly tensors: readonly FlatTable[]; readonly privateBytes: number } {
  const written = new Map<string, FlatTable>()
  let privateBytes = 0
  const place = (size: number): number => {
    if (written.size < ioBuffers) return memoryUnit * (memories.io + written.size)
    const start = privateBytes
    privateBytes += aligned(size, alignment)
    return memoryUnit * memories.private + start
  }
  const write = (tensor: PortableTensor, qscale: number): void => {
    if (written.has(tensor.name)) return
    const size = elementCount(tensor.shape) * elementBytes[tensor.dtype]
    const quant: FlatTable = [
      { id: 3, kind: 'f32', value: tensor.quant?.zeroPoint ?? 0 },
      { id: 4, kind: 'f32', value: qscale },
    ]
    written.set(tensor.name, [
      { id: 1, kind: 'string', value: tensor.name },
      { id: 2, kind: 'i64', value: place(size) },
      { id: 3, kind: 'u8', value: typeOf(tensor) },
      { id: 4, kind: 'table', value: shapeTable(tensor.shape) },
      { id: 6, kind: 'table', value: quant },
      { id: 12, kind: 'u32', value: size },
    ])
  }
  for (const input of inputs) write(input, 1 / (input.quant?.scale ?? 1))
  for (const output of outputs) write(output, output.quant?.scale ?? 1)
  return { tensors: [...written.values()], privateBytes }
}

function weightTable({ name, dtype, shape, bytes }: PortableWeight, start: number): FlatTable {
  const number = elementTypes.indexOf(dtype)
  const isKnown = number >= 0
  return [
    { id: 0, kind: 'string', value: name },
    { id: 1, kind: 'i64', value: memoryUnit * memories.weight + start },
    { id: 2, kind: 'u32', value: bytes.length },
    { id: 3, kind: 'table', value: shapeTable(isKnown ? shape : [1, 1, 1, bytes.length]) },
    { id: 4, kind: 'u8', value: isKnown ? number : elementTypes.indexOf('u8') },
  ]
}

/** Readers look at four extents, whatever there are. */
function shapeTable(shape: readonly number[]): FlatTable {
  const [n = 1, c = 1, h = 1, ...others] = shape
  return [{ id: 0, kind: 'i64s', value: [n, c, h, others.reduce((product, extent) => product * extent, 1)] }]
}

function typeOf({ name, dtype }: PortableTensor): number {
  const number = elementTypes.indexOf(dtype === 'bool' ? 'u8' : dtype)
  if (number >= 0) return number
  throw new QError('CVIMODEL_TYPE', `a container cannot describe ${name}`, {
    at: [name],
    found: `elements of type ${dtype}`,
    wanted: `one of ${elementTypes.join(', ')}`,
    hint: 'cast it inside the network',
  })
}

function checkSize(weights: readonly PortableWeight[], name: string): void {
  const size = weights.reduce((sum, { bytes }) => sum + aligned(bytes.length, alignment), 0)
  if (size <= mostBytes) return
  throw new QError('CVIMODEL_LARGE', `${name} does not fit into a container`, {
    at: [name],
    found: `${size} bytes of weights`,
    wanted: `at most ${mostBytes}`,
    hint: 'run the lowered _tpu.mlir file instead',
  })
}
