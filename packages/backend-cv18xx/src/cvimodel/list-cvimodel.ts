import { elementBytes, elementCount } from '@q/ir'
import type { Cvimodel, CvimodelProgram, CvimodelTensor } from './cvimodel.ts'
import { hexadecimal, md5 } from './md5.ts'

/** Names of element types and memories in listings. */
const typeNames: Readonly<Record<string, string>> = {
  f32: 'fp32',
  i32: 'int32',
  u32: 'uint32',
  bf16: 'bf16',
  i16: 'int16',
  u16: 'uint16',
  i8: 'int8',
  u8: 'uint8',
}
const memoryNames = { shared: 'shared', weight: 'shared', private: 'private', io: 'io_mem', host: '   -' } as const
const mebibyte = 2 ** 20

/** A container as text, line by line as the vendor's `model_tool --info` prints it, which says nothing of a digest that is not that of the file: a line at the end does. */
export function listCvimodel(model: Cvimodel): string {
  const lines = [...heading(model), ...sections(model), ...weights(model), ...model.programs.flatMap(program), ...defects(model)]
  return [...lines, ''].map(plain).join('\n')
}

const defects = ({ isIntact }: Cvimodel): readonly string[] =>
  isIntact === false ? ['', 'The file is damaged or was changed: its MD5 is not that of its header'] : []

/** Without characters that would steer a terminal. */
function plain(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return line.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')
}

function heading(model: Cvimodel): readonly string[] {
  return [
    ...(model.maker === '' ? [] : [`Mlir Version: ${model.maker}`]),
    `Cvimodel Version: ${model.version}`,
    `${model.name} Build at ${model.time}`,
    `For ${model.chip} chip ONLY`,
    `CviModel Need ION Memory Size: (${(chipBytes(model) / mebibyte).toFixed(2)} MB)`,
  ]
}

/** The memory of the chip that the model takes. */
function chipBytes({ sections, programs }: Cvimodel): number {
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0)
  const inBuffers = programs.flatMap(({ tensors }) => tensors.filter(({ memory }) => memory === 'io'))
  return (
    sum(sections.map(({ bytes }) => bytes.length)) +
    sum(programs.map(({ neuronBytes, privateBytes }) => neuronBytes + privateBytes)) +
    programs.reduce((most, { sharedBytes }) => Math.max(most, sharedBytes), 0) +
    sum(inBuffers.map(({ dtype, shape }) => elementCount(shape) * elementBytes[dtype]))
  )
}

function sections({ sections: all }: Cvimodel): readonly string[] {
  const rows = all.map(({ kind, name, bytes, offset }, i) =>
    row([number(i), 5], [kind, 10], [name, 25], [bytes.length, 12], [offset, 12], [hexadecimal(md5(bytes)), 0]),
  )
  return ['', 'Sections:', row(['ID', 5], ['TYPE', 10], ['NAME', 25], ['SIZE', 12], ['OFFSET', 12], ['MD5', 0]), ...rows]
}

function weights({ weights: all }: Cvimodel): readonly string[] {
  const rows = all.map(({ name, dtype, shape, offset, bytes }, i) =>
    row([number(i), 5], [offset, 10], [bytes.length, 10], [typeNames[dtype]!, 8], [extents(shape), 0], [name, 0]),
  )
  return ['', 'WeightMap:', row(['ID', 5], ['OFFSET', 10], ['SIZE', 10], ['TYPE', 8], [extents([...'NCHW']), 0], ['NAME', 0]), ...rows]
}

function program(each: CvimodelProgram, index: number): readonly string[] {
  const { batch, neuronBytes, privateBytes, sharedBytes, inputs, outputs, routines, tensors } = each
  const fact = (name: string, value: string | number) => `    ${name.padEnd(12)}:${value === '' ? '' : ` ${value}`}`
  const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name).join(',')
  const steps = routines.flatMap((routine, i) => [
    `     #${String(i).padStart(2, '0')}  ${routine.runs}`,
    `        inputs  : ${routine.inputs.join(',')}`,
    `        outputs : ${routine.outputs.join(',')}`,
    `        ${routine.runs === 'tpu' ? 'section ' : 'function'}: ${routine.code}`,
  ])
  const memory =
    neuronBytes > 0 ? [fact('neuron_size', neuronBytes)] : [fact('private_gmem_size', privateBytes), fact('shared_gmem_size', sharedBytes)]
  return [
    '',
    `Program #${index}`,
    fact('batch_num', batch),
    ...memory,
    fact('inputs', names(inputs)),
    fact('outputs', names(outputs)),
    fact('routines', ''),
    ...steps,
    '',
    fact('tensor_map', ''),
    `        ${row(['ID', 5], ['OFFSET', 12], ['TYPE', 6], [extents([...'NCHW']), 0], ['QSCALE', 11], ['MEM', 8], ['NAME', 0])}`,
    ...tensors.map((tensor, i) => tensorRow(tensor, i, neuronBytes > 0)),
  ]
}

/** @param isOld of a file before version 1.1, which tells no memories apart */
function tensorRow({ name, dtype, shape, memory, offset, quant }: CvimodelTensor, index: number, isOld: boolean): string {
  const told = isOld && (memory === 'shared' || memory === 'weight') ? 'private' : memory
  // As the vendor's tool: what is no likely factor is a dash.
  const qscale = quant === undefined || quant.qscale <= 0.000001 || quant.qscale > 400 ? '-' : quant.qscale.toFixed(6)
  return `        ${row([number(index), 5], [memory === 'host' ? -1 : offset, 12], [typeNames[dtype]!, 6], [extents(shape), 0], [qscale, 11], [memoryNames[told], 8], [name, 0])}`
}

const number = (index: number): string => String(index).padStart(3, '0')
const extents = (shape: readonly (string | number)[]): string => shape.map((extent) => `${String(extent).padEnd(4)} `).join('')
const row = (...cells: readonly (readonly [value: string | number, width: number])[]): string =>
  cells.map(([value, width]) => String(value).padEnd(width)).join('')
