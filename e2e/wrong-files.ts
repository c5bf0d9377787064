import type { Backend, Graph, TensorType } from '@q/ir'
import { bytes, constants, emitting, program } from './plain-chip.ts'

/** What is wrong with the files that are made, with the operator whose network they are made of. */
export const wrongFiles: readonly (readonly [string, readonly string[], Backend])[] = [
  [
    "two files under each other's name",
    ['Conv'],
    emitting((graph) => [
      ['a.bin', bytes(program(graph))],
      ['a.json', Uint8Array.of(1, 2)],
    ]),
  ],
  [
    'files without types and attributes',
    ['Conv'],
    emitting(({ nodes: all, ...graph }) => [
      ['a.json', bytes([all.map(({ op, inputs, outputs }) => [op, inputs, outputs]), constants({ ...graph, nodes: all })])],
    ]),
  ],
  [
    'files without attributes',
    ['Conv'],
    emitting((graph) => [
      ['a.json', bytes([program({ ...graph, nodes: graph.nodes.map((node) => ({ ...node, attrs: {} })) }), constants(graph)])],
    ]),
  ],
  ['files without scales', ['Relu'], emitting((graph) => [['a.json', bytes([graph.nodes, constants(graph)])]])],
  ['weights without a program', ['Conv'], emitting((graph) => [['a.bin', bytes(constants(graph))]])],
  ['weights backwards without a program', ['Conv'], emitting((graph) => [['a.bin', bytes([...constants(graph)].reverse())]])],
  [
    'files without the list of outputs',
    ['Relu'],
    emitting((graph) => [['a.json', bytes([program({ ...graph, outputs: [] }), constants(graph)])]]),
  ],
  [
    'files without element types',
    ['MaxPool'],
    emitting((graph) => [['a.json', bytes([program(withTypes(graph, (type) => ({ ...type, dtype: 'i8' }))), constants(graph)])]]),
  ],
  [
    'files without saturations',
    ['Conv'],
    emitting((graph) => [['a.json', bytes([program(withTypes(graph, unlimited)), constants(graph)])]]),
  ],
]

function withTypes(graph: Graph, change: (type: TensorType) => TensorType): Graph {
  return { ...graph, values: new Map(Array.from(graph.values, ([name, value]) => [name, { ...value, type: change(value.type) }])) }
}

function unlimited({ quant, ...type }: TensorType): TensorType {
  if (quant === undefined) return type
  const { saturate: _, ...rest } = quant
  return { ...type, quant: rest }
}
