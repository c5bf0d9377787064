import { QError } from '@q/ir'
import type proto from 'onnx-proto'
import { checkHint } from './placed.ts'
import { toNumber } from './read-tensor.ts'

/** Names are written into lines of text: these have no place there. */
const unwritable = /[\p{Cc}\u2028\u2029]/u

/**
 * Refuses a file in which a name does not stand for one tensor: made twice, declared twice, declared otherwise than it is stored,
 * left out, or of letters that no line of text holds.
 *
 * @throws QError `ONNX_BAD_NODE`
 */
export function checkNames(graph: proto.onnx.IGraphProto, place: string): void {
  const owners = new Map<string, string>()
  const own = (name: string, owner: string): void => {
    checkLetters(name, owner, place)
    const other = owners.get(name)
    if (other !== undefined) throw wrongName(place, `two tensors are called ${name}`, `${other} and ${owner}`, 'one tensor for each name')
    owners.set(name, owner)
  }
  for (const { name } of graph.input ?? []) own(name ?? '', 'an input')
  const inputs = new Map((graph.input ?? []).map((input) => [input.name ?? '', input]))
  const stored = new Set<string>()
  for (const tensor of graph.initializer ?? []) {
    const name = tensor.name ?? ''
    const input = inputs.get(name)
    if (input === undefined || stored.has(name)) own(name, 'a stored tensor')
    else checkDeclared(input, tensor, place)
    stored.add(name)
  }
  for (const { opType, output } of graph.node ?? []) {
    for (const name of output ?? []) if (name !== '') own(name, `a result of ${opType ?? 'a node'}`)
  }
  for (const { name } of graph.output ?? []) if (!owners.has(name ?? '')) checkLetters(name ?? '', 'an output', place)
}

function checkLetters(name: string, owner: string, place: string): void {
  if (name === '') throw wrongName(place, `${owner} has no name`, 'an empty name', 'a name')
  if (unwritable.test(name))
    throw wrongName(place, `${owner} has a name that no line of text can hold`, JSON.stringify(name), 'letters, digits, signs and blanks')
}

/** An input with a tensor stored for it has that tensor's type, sizes that are open excepted. */
function checkDeclared({ name, type }: proto.onnx.IValueInfoProto, tensor: proto.onnx.ITensorProto, place: string): void {
  const declared = type?.tensorType
  const dims = declared?.shape?.dim
  const sizes = (tensor.dims ?? []).map(toNumber)
  const wanted = dims?.map(({ dimValue }) => toNumber(dimValue))
  const fits =
    (!declared?.elemType || declared.elemType === tensor.dataType) &&
    (wanted === undefined || (wanted.length === sizes.length && wanted.every((size, i) => !(size > 0) || size === sizes[i])))
  if (fits) return
  const text = (dataType: number | null | undefined, shape: readonly number[]) => `type ${dataType ?? 0}, shape [${shape.join(', ')}]`
  throw wrongName(
    place,
    `the tensor stored for the input ${name} is not what the input is declared as`,
    text(tensor.dataType, sizes),
    text(declared?.elemType, wanted ?? []),
  )
}

const wrongName = (place: string, message: string, found: string, wanted: string): QError =>
  new QError('ONNX_BAD_NODE', message, { at: [place], found, wanted, hint: checkHint })
