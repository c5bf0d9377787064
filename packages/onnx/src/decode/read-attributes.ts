import type { AttrValue } from '@q/ir'
import type proto from 'onnx-proto'
import { type Literal, literalOf } from '../fold/literal.ts'
import type { Signature } from '../signature/signature.ts'
import { dtypeOf, type ExternalFiles, readTensor, toNumber } from './read-tensor.ts'

const utf8 = new TextDecoder()

/**
 * The attributes of a node by name: numbers, words, lists and tensors. The number of an element type becomes one of our type names.
 * Graphs inside attributes (branches, loops) are left out; their operators are refused by name.
 */
export async function readAttributes(
  node: proto.onnx.INodeProto,
  signature: Signature | undefined,
  external: ExternalFiles,
  place: readonly string[],
): Promise<Readonly<Record<string, AttrValue | Literal>>> {
  const attrs: Record<string, AttrValue | Literal> = {}
  for (const attr of node.attribute ?? []) {
    const name = attr.name ?? ''
    const value = attr.type === 4 && attr.t ? literalOf(await readTensor(attr.t, external, place)) : plain(attr)
    if (value === undefined) continue
    const isType = signature?.attrs.get(name)?.[0]?.type === 'type'
    attrs[name] = isType && typeof value === 'number' ? dtypeOf(value, place) : value
  }
  return attrs
}

function plain(attr: proto.onnx.IAttributeProto): AttrValue | undefined {
  switch (attr.type) {
    case 1:
      return attr.f ?? 0
    case 2:
      return toNumber(attr.i)
    case 3:
      return utf8.decode(attr.s ?? new Uint8Array())
    case 6:
      return [...(attr.floats ?? [])]
    case 7:
      return (attr.ints ?? []).map(toNumber)
    case 8:
      return (attr.strings ?? []).map((each) => utf8.decode(each))
    default:
      return undefined
  }
}
