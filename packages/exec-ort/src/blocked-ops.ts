import type { AttrSpec, Graph, OpDefinition, OpSet } from '@q/ir'
import { many, none, own } from '@q/ir/ops'

const domain = 'com.microsoft.nchwc'

/** The operators of ONNX Runtime on tensors whose channels stand in blocks. */
export const blockedOps = {
  conv: `${domain}.Conv`,
  averagePool: `${domain}.AveragePool`,
  toBlocks: `${domain}.ReorderInput`,
  fromBlocks: `${domain}.ReorderOutput`,
} as const

const windowAttrs: Readonly<Record<string, AttrSpec['type']>> = {
  auto_pad: 'string',
  kernel_shape: 'ints',
  pads: 'ints',
  strides: 'ints',
  dilations: 'ints',
}

const definitions: OpSet = new Map(
  [
    definition(blockedOps.conv, { ...windowAttrs, group: 'int', activation: 'string', activation_params: 'floats' }),
    definition(blockedOps.averagePool, { ...windowAttrs, ceil_mode: 'int', count_include_pad: 'int' }),
    definition(blockedOps.toBlocks, {}),
    definition(blockedOps.fromBlocks, { channels: 'int' }),
  ].map((each) => [each.name, each]),
)

/** The operators of a model, and those on blocks. */
export function withBlockedOps({ ops }: Graph): OpSet {
  return new Map([...ops, ...definitions])
}

function definition(name: string, attrs: Readonly<Record<string, AttrSpec['type']>>): OpDefinition {
  return {
    name,
    inputs: { xs: many(own()) },
    outputs: { y: none() },
    attrs: Object.fromEntries(Object.entries(attrs).map(([attr, type]): [string, AttrSpec] => [attr, { type, mayBeAbsent: true }])),
    infer: () => {
      throw new Error(`${name} is only written, its types are given`)
    },
  }
}
