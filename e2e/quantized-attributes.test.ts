import { createReferenceExecutor } from '@q/exec-ref'
import {
  type Attrs,
  allOps,
  attributesOf,
  type Executor,
  elementCount,
  type Graph,
  isQError,
  parseGraph,
  quantizedOps,
  type Tensor,
} from '@q/ir'
import { inferNode, printGraph, verifyQuantized } from '@q/ir/graph'
import { describe, expect, it } from 'vitest'
import { executorQuantizedCases } from '../packages/ir/src/conformance/executor-quantized-cases.ts'
import { executorReferenceCases } from '../packages/ir/src/conformance/executor-reference-cases.ts'
import { executorSpecialCases } from '../packages/ir/src/conformance/executor-special-cases.ts'
import { executorWideCases } from '../packages/ir/src/conformance/executor-wide-cases.ts'
import { executorZeroPointCases } from '../packages/ir/src/conformance/executor-zero-point-cases.ts'
import { otherValues } from './attribute-values.ts'
import { randomNode, randomOps } from './random-nodes.ts'
import { dice, elementsOf } from './random-source.ts'
import { ortExecutor } from './reference-network.ts'

interface Case {
  readonly graph: Graph
  readonly feeds: ReadonlyMap<string, Tensor>
}

const table = (number: (i: number) => number): string => `f32[256] = [${Array.from({ length: 256 }, (_, i) => number(i)).join(', ')}]`
const tables = `t: ${table((i) => ((i * 37) % 61) / 8)}; s: ${table((i) => ((i * 23) % 41) / 16 + 1)}`
const window = 'kernel_shape = [2, 3], strides = [1, 1], pads = [0, 1, 0, 1], multipliers = [3], shifts = [4]'
const factors = 'multipliers = [3, 5], shifts = [2, 3]'

/** Nodes in which attributes show that do not in the others. */
const more: readonly string[] = [
  `x: i8[1,2,2,4]{scale 1}; y: i8[1,2,1,4]{scale 1} = QAveragePool(x) {${window}, rounding = "half-away-from-zero"}`,
  'x: i8[1,2,2,4]{scale 1}; y: i8[1,2,1,1]{scale 1} = QAveragePool(x) {kernel_shape = [2, 4], strides = [1, 1], pads = [0, 0, 0, 0], multipliers = [3], shifts = [4]}',
  `x: i8[2,2]{scale 1}; z: i8[2,2]{scale 2, zero 3}; y: i8[2,4]{scale 1} = QConcat(x, z) {axis = 1, ${factors}}`,
  'x: i8[1,2,3,3]{scale 1}; w: i8[2,2,1,1] = [1, 2, -3, 4]; y: i8[1,2,3,3]{scale 1} = QConv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], shifts = [1]}',
  'x: i8[1,2,2,2]{scale 1}; w: i8[2,1,1,1] = [3, -2]; y: i8[1,1,2,2]{scale 1} = QConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], shifts = [1]}',
  'x: i8[2,3,4]{scale 1}; y: i8[2,1,4]{scale 2} = QReduce(x) {axes = [1], mode = "sum", multipliers = [3], shifts = [2]}',
  `x: bf16[2,4]; ${tables}; y: bf16[2,4] = SlopeLut(x, t, s) {min = -12, max = 12}`,
  `x: bf16[2,4]; ${tables}; y: bf16[2,4] = MantissaLut(x, t, s)`,
  `x: bf16[2,4]; ${tables}; y: bf16[2,4] = LutSoftmax(x, t, s, t, s) {axis = 1, min = -12, max = 12}`,
  `x: bf16[2,4]; ${tables}; y: bf16[2,4] = LutLayerNormalization(x, _, _, t, s) {axis = 1}`,
  `x: bf16[2,5,4]; ${tables}; y: bf16[2,5,4] = LutLRN(x, t, s) {size = 3, alpha = 0.7}`,
  `x: bf16[2,3,4]; ${tables}; y: bf16[2,1,4] = LutReduceL2(x, t, s) {axes = [1]}`,
  'x: f32[2,4]; y: i8[2,4]{scale 0.3} = QuantizeLinear(x)',
  'x: i8[4,4]{scale 1}; w: i8[4,4] = [1, -2, 3, 4, 5, 6, -7, 8, 9, 1, -1, 2, 3, 4, 5, -6]; y: i8[4,4]{scale 1} = QMatMul(x, w) {multipliers = [3], shifts = [5]}',
  'x: i8[1,3,3,4]{scale 1}; z: i8[1,3,4,2]{scale 1}; y: i8[1,3,3,2]{scale 1} = QMatMul(x, z) {heads = ["a"], multipliers = [3], shifts = [9]}',
  'x: i8[1,3,3,4]{scale 1}; z: i8[1,4,3,3]{scale 1}; y: i8[1,3,4,3]{scale 1} = QMatMul(x, z) {heads = ["a", "b", "y"], multipliers = [3], shifts = [9]}',
]

function written(text: string): Case {
  const parsed = parseGraph(text)
  const graph = { ...parsed, outputs: ['y'], properties: { stage: 'quantized' } }
  const feeds = graph.inputs.map(({ name }, k): [string, Tensor] => {
    const { dtype, shape } = graph.values.get(name)!.type
    const numbers = Array.from({ length: elementCount(shape) }, (_, i) =>
      dtype === 'i8' ? ((i * 37 + k) % 201) - 100 : ((i * 37) % 41) / 2 - 9.75,
    )
    return [name, { dtype, shape, data: elementsOf(dtype, numbers) }]
  })
  return { graph, feeds: new Map(feeds) }
}

/** Nodes of each quantized operator: those of the conformance suite, and random ones. */
const nodes: readonly Case[] = [
  ...[executorQuantizedCases, executorWideCases, executorZeroPointCases, executorSpecialCases].flat().map(({ graph, feeds }) => ({
    graph,
    feeds: new Map(
      Object.entries(feeds).map(([name, numbers]): [string, Tensor] => {
        const { dtype, shape } = graph.values.get(name)!.type
        return [name, { dtype, shape, data: elementsOf(dtype, [...numbers]) }]
      }),
    ),
  })),
  ...executorReferenceCases,
  ...more.map(written),
  ...randomOps.flatMap((op, i) => Array.from({ length: 2 }, (_, k) => randomNode(op, dice(77 + i * 10_007 + k * 101)))),
].filter(({ graph }) => graph.nodes.length === 1 && quantizedOps.has(graph.nodes[0]!.op))

/** What the shapes of weights decide, and what only a file of the chip says. */
const bound = new Set([
  'LutLRN.beta',
  'QAttention.heads',
  'QAttention.headSize',
  'QAttention.scale',
  'QConv.group',
  'QConv.weightBits',
  'QMatMul.weightBits',
])

/** Lists that are empty where nothing is said. */
const lists = [[1], [2], [1, 2], [2, 2], [3, 1]]

/** The node with an attribute of another value; `undefined` where the type rule of its operator, or that of its lists, refuses it. */
function changed(graph: Graph, change: Attrs): Graph | undefined {
  const [node] = graph.nodes as [Graph['nodes'][number]]
  const valued = { ...node, attrs: { ...node.attrs, ...change } }
  try {
    const types = inferNode(valued, allOps, (name) => graph.values.get(name)!.type)
    if (types.some(({ shape }) => !(elementCount(shape) < 1e5))) return undefined
    const values = new Map(graph.values)
    node.outputs.forEach((name, i) => {
      const value = values.get(name)!
      values.set(name, { ...value, type: { ...value.type, shape: types[i]!.shape } })
    })
    const whole = { ...graph, nodes: [valued], values }
    verifyQuantized(whole)
    return whole
  } catch (error) {
    if (isQError(error)) return undefined
    throw error
  }
}

/** What comes out, or the code of the error that names what is refused. */
async function outcome(executor: Executor, graph: Graph, feeds: Case['feeds']): Promise<string> {
  try {
    const session = await executor.load(graph)
    try {
      const found = await session.run(feeds)
      return graph.outputs.map((name) => `${found.get(name)!.shape}: ${Array.from(found.get(name)!.data, Number).join(' ')}`).join('; ')
    } finally {
      await session.close()
    }
  } catch (error) {
    if (isQError(error)) return error.code
    throw new Error(`${error}\n${printGraph(graph)}`, { cause: error })
  }
}

describe('every attribute of every quantized operator', () => {
  const reference = createReferenceExecutor()
  const runtime = ortExecutor('exact')
  const shown = new Set<string>()

  it.each([...quantizedOps.keys()])('%s: both executors honour its values, or refuse them', async (op) => {
    const definition = allOps.get(op)!
    const wrong: string[] = []
    for (const { graph, feeds } of nodes.filter((each) => each.graph.nodes[0]!.op === op)) {
      const plain = await outcome(reference, graph, feeds)
      const attrs = attributesOf(graph.nodes[0]!, definition)
      for (const attribute of Object.keys(definition.attrs)) {
        const isList = definition.attrs[attribute]!.type === 'ints' && ((attrs[attribute] ?? []) as readonly number[]).length === 0
        for (const change of isList ? lists.map((each) => ({ [attribute]: each })) : otherValues(definition, attribute, attrs)) {
          const valued = changed(graph, change)
          if (valued === undefined) continue
          const [wanted, found] = [await outcome(reference, valued, feeds), await outcome(runtime, valued, feeds)]
          if (found !== wanted && !/^[A-Z_]+$/.test(found))
            wrong.push(`${attribute}\n${printGraph(valued).slice(0, 2000)}\n  ${found}\n  ${wanted}`)
          if (wanted !== plain) shown.add(`${op}.${attribute}`)
        }
      }
    }
    expect(wrong.slice(0, 3)).toEqual([])
  })

  it('has a value here that shows', () => {
    const all = [...quantizedOps.values()].flatMap(({ name, attrs }) => Object.keys(attrs).map((attribute) => `${name}.${attribute}`))
    expect(all.filter((each) => !shown.has(each) && !bound.has(each))).toEqual([])
  })
})
