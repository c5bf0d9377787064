import { allOps, type Graph, type Node, type Value } from '@q/ir'
import type { TopLayer } from '../src/index.ts'

const f32 = (...shape: readonly number[]): Value['type'] => ({ dtype: 'f32', shape })
const constants: readonly Value[] = [
  { name: 'w', type: f32(4, 4), isConstant: true },
  { name: '#', type: f32(1), isConstant: true },
]

/**
 * A network of which only operators and edges are known: `y = Op(a, b)`, statements end at line breaks and semicolons. `w` is a weight, `#` a
 * constant of one element, names that nothing makes are inputs, results that nothing uses are outputs.
 */
export function sketch(text: string): Graph {
  const nodes = text.split(/[\n;]/).flatMap((line): readonly Node[] => {
    const found = /^\s*([\w, ]+?)\s*=\s*(\w+)(\+relu)?\(([^)]*)\)\s*$/.exec(line)
    if (found === null) {
      if (line.trim() !== '') throw new Error(`not a statement: ${line}`)
      return []
    }
    const [, results = '', op = '', relu, operands = ''] = found
    const wordsOf = (words: string): readonly string[] => words.split(',').map((word) => word.trim())
    return [{ op, inputs: wordsOf(operands), outputs: wordsOf(results), attrs: relu === undefined ? {} : { relu: true } }]
  })
  const made = new Set(nodes.flatMap(({ outputs }) => outputs))
  const used = new Set(nodes.flatMap(({ inputs }) => inputs as readonly string[]))
  const inputs = [...used].filter((name) => !made.has(name) && constants.every((constant) => constant.name !== name))
  const values = [...inputs, ...made].map((name): Value => ({ name, type: f32(1, 4) }))
  return {
    name: 'sketch',
    inputs: inputs.map((name) => ({ name })),
    outputs: [...made].filter((name) => !used.has(name)),
    nodes,
    values: new Map([...constants, ...values].map((value) => [value.name, value])),
    ops: allOps,
    properties: {},
  }
}

/** The same network as another export might list it: of the nodes whose operands are there, the last one always comes first. */
export function inOtherOrder(graph: Graph): Graph {
  const open = [...graph.nodes]
  const made = new Set([...graph.inputs.map(({ name }) => name), ...constants.map(({ name }) => name)])
  const nodes: Node[] = []
  while (open.length > 0) {
    const next = open.findLastIndex(({ inputs }) => inputs.every((name) => name === undefined || made.has(name)))
    const [node] = open.splice(next, 1)
    nodes.push(node!)
    for (const name of node!.outputs) made.add(name)
  }
  return { ...graph, inputs: graph.inputs.toReversed(), nodes }
}

/** A network many times beside each other; constants are shared. */
export function copiesOf(graph: Graph, count: number): Graph {
  const places = Array.from({ length: count }, (_, i) => i)
  const named = (name: string, i: number): string => (graph.values.get(name)?.isConstant === true ? name : `${name}_${i}`)
  const values = places.flatMap((i) => [...graph.values.values()].map((value) => ({ ...value, name: named(value.name, i) })))
  return {
    ...graph,
    inputs: places.flatMap((i) => graph.inputs.map(({ name }) => ({ name: named(name, i) }))),
    outputs: places.flatMap((i) => graph.outputs.map((name) => named(name, i))),
    nodes: places.flatMap((i) =>
      graph.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map((name) => (name === undefined ? undefined : named(name, i))),
        outputs: node.outputs.map((name) => named(name, i)),
      })),
    ),
    values: new Map(values.map((value) => [value.name, value])),
  }
}

const topNames: Readonly<Record<string, string>> = {
  LayerNormalization: 'LayerNorm',
  Transpose: 'Permute',
  Silu: 'SiLU',
  Gelu: 'GELU',
  GridSample: 'GridSampler',
  ReduceSum: 'Reduce',
  Affine: 'Scale',
  DepthToSpace: 'Depth2Space',
}

/** The layers of a sketch as a file of TPU-MLIR would have them. */
export function topLayersOf({ inputs, nodes }: Graph): readonly TopLayer[] {
  const operatorOf = ({ op, inputs: operands }: Node): string =>
    `${topNames[op] ?? op}${operands.includes('#') && !op.endsWith('Const') && op !== 'Gather' ? 'Const' : ''}`
  return [
    ...inputs.map(({ name }) => ({ operator: 'top.Input', names: [name], operands: [] })),
    ...nodes.map((node) => ({
      operator: `top.${operatorOf(node)}`,
      names: node.outputs,
      operands: node.inputs.filter((name) => name !== undefined && constants.every((constant) => constant.name !== name)) as string[],
    })),
  ]
}
