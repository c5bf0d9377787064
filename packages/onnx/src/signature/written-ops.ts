import type { AttrSpec, OpDefinition, OpSet } from '@q/ir'
import { opSet } from '@q/ir'
import { many, none, own } from '@q/ir/ops'
import type { OnnxAttrType, Signature } from './signature.ts'
import { attributeAt, signatures } from './signatures.ts'

/** Number of the ONNX operator set that models are written in. */
export const onnxOpset = 21

/** Version of the contributed operators. */
export const onnxDomains = { 'com.microsoft': 1 } as const

const written: Readonly<Partial<Record<OnnxAttrType, AttrSpec['type']>>> = {
  int: 'int',
  type: 'int',
  float: 'float',
  string: 'string',
  ints: 'ints',
  floats: 'floats',
  strings: 'strings',
}

/** The operators that models are written with, each with the attributes it has in {@link onnxOpset}; operands are ONNX's, in order. */
export const onnxOps: OpSet = opSet(
  [...signatures].filter(([, { since, isOnnx }]) => isOnnx && since <= onnxOpset).map(([name, each]) => definitionOf(name, each)),
)

function definitionOf(name: string, signature: Signature): OpDefinition {
  const attrs = [...signature.attrs.keys()].flatMap((attr): [string, AttrSpec][] => {
    const known = attributeAt(signature, attr, onnxOpset)
    const type = known === undefined ? undefined : written[known.type]
    return type === undefined ? [] : [[attr, { type, mayBeAbsent: true }]]
  })
  return {
    name,
    inputs: { xs: many(own()) },
    outputs: { y: none() },
    attrs: Object.fromEntries(attrs),
    infer: () => {
      throw new Error(`${name} is only written, its types are given`)
    },
  }
}
