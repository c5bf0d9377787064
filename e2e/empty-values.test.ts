import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import { allOps, type Executor, elementCount, type Graph, isQError, type Node, type Tensor, type Value } from '@q/ir'
import { inferNode, printGraph } from '@q/ir/graph'
import { exportOnnx, onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { floatOperatorCases } from './float-operator-cases.ts'
import { randomNode, randomOps } from './random-nodes.ts'
import { dice } from './random-source.ts'

const reference = createReferenceExecutor()
const shared = { ort, onnx: onnxTranslator, threads: 1 } as const
const withFallback = createOrtExecutor({ ...shared, fallback: reference })
const fed = createOrtExecutor({ ...shared, fallback: reference, parameters: 'fed' })

type Feeds = ReadonlyMap<string, Tensor>

async function run(executor: Executor, graph: Graph, feeds: Feeds): Promise<readonly number[]> {
  const session = await executor.load(graph)
  try {
    return Array.from((await session.run(feeds)).get('y')!.data as Float32Array, Number)
  } finally {
    await session.close()
  }
}

const ortTypes: Readonly<Record<string, string>> = { i8: 'int8', u8: 'uint8', i16: 'int16', u16: 'uint16', i32: 'int32' }

/** The exported file in ONNX Runtime; `undefined` when it was refused by name. */
async function runFile(graph: Graph, feeds: Feeds): Promise<readonly number[] | undefined> {
  let file: Uint8Array
  try {
    file = exportOnnx(graph)
  } catch (error) {
    if (isQError(error) && error.code === 'ONNX_EXPORT') return undefined
    throw error
  }
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 })
  try {
    const given = [...feeds].map(([name, { dtype, data, shape }]) => [
      name,
      new ort.Tensor((ortTypes[dtype] ?? 'float32') as 'float32', data as Float32Array, [...shape]),
    ])
    return Array.from((await session.run(Object.fromEntries(given)))['y']!.data as Float32Array, Number)
  } finally {
    await session.release()
  }
}

/** A node whose operands have a shape of their own each, some of the sizes 0; `undefined` where the operator does not allow that. */
function emptied(
  graph: Graph,
  shapes: ReadonlyMap<string, readonly number[]>,
): { readonly graph: Graph; readonly feeds: Feeds } | undefined {
  const values = new Map<string, Value>()
  for (const [name, value] of graph.values) {
    const shape = shapes.get(name) ?? value.type.shape
    const elements = (data: Tensor['data']) => data.slice(0, elementCount(shape))
    const constant = value.constant && { ...value.constant, shape, data: elements(value.constant.data) }
    values.set(name, { ...value, type: { ...value.type, shape }, ...(constant === undefined ? {} : { constant }) })
  }
  const node = sliceOfNothing(graph.nodes[0]!, shapes)
  try {
    const { shape } = inferNode(node, allOps, (name) => values.get(name)!.type)[0]!
    values.set('y', { name: 'y', type: { ...values.get('y')!.type, shape } })
  } catch (error) {
    if (isQError(error)) return undefined
    throw error
  }
  const feeds = new Map(
    graph.inputs.map(({ name }): [string, Tensor] => {
      const { dtype, shape } = values.get(name)!.type
      const data = new (arrays[dtype as 'i8'] ?? Float32Array)(elementCount(shape))
      return [name, { dtype, shape, data: data.fill(1) }]
    }),
  )
  return { graph: { ...graph, nodes: [node], values }, feeds }
}

/** A Slice as its import would give it: starts and ends lie inside of their axis. */
function sliceOfNothing(node: Node, shapes: ReadonlyMap<string, readonly number[]>): Node {
  const shape = shapes.get(node.inputs[0]!)
  if (node.op !== 'Slice' || shape === undefined) return node
  const inside = (name: string, nothing: number) =>
    (node.attrs[name] as readonly number[]).map((each, axis) => (shape[axis] === 0 ? nothing : each))
  return { ...node, attrs: { starts: inside('starts', 0), ends: inside('ends', 0), steps: inside('steps', 1) } }
}

const arrays = { i8: Int8Array, u8: Uint8Array, i16: Int16Array, u16: Uint16Array, i32: Int32Array } as const

/** Every way to make one axis of an operand empty, by itself and together with one of another operand. */
function ways(graph: Graph): readonly ReadonlyMap<string, readonly number[]>[] {
  const operands = [...new Set(graph.nodes[0]!.inputs.filter((name) => name !== undefined))]
  const cut = (name: string) =>
    graph.values.get(name)!.type.shape.map((_, axis, shape) => [name, shape.map((dim, i) => (i === axis ? 0 : dim))] as const)
  const singles = operands.flatMap(cut)
  const pairs = singles.flatMap((one) =>
    operands
      .filter((name) => name > one[0])
      .flatMap(cut)
      .map((other) => [one, other] as const),
  )
  return [...singles.map((one) => new Map([one])), ...pairs.map((pair) => new Map(pair))]
}

async function agrees(graph: Graph): Promise<number> {
  let count = 0
  for (const shapes of ways(graph)) {
    const made = emptied(graph, shapes)
    if (made === undefined) continue
    const about = printGraph(made.graph).slice(0, 2000)
    let wanted: readonly number[]
    try {
      wanted = await run(reference, made.graph, made.feeds)
    } catch (error) {
      expect(isQError(error), `${error}\n${about}`).toBe(true)
      continue
    }
    count++
    expect(await run(withFallback, made.graph, made.feeds), about).toEqual(wanted)
    expect(await run(fed, made.graph, made.feeds), about).toEqual(wanted)
    expect((await runFile(made.graph, made.feeds)) ?? wanted, about).toEqual(wanted)
  }
  return count
}

describe('an empty axis, by all executors and from the exported file', () => {
  it.each(randomOps.map((op, i) => [op, i] as const))('%s: equal, or refused by name', async (op, i) => {
    await agrees(randomNode(op, dice(7 + i * 10_007)).graph)
  })

  it.each(floatOperatorCases)('$op, $what: equal, or refused by name', async ({ op, shapes, attrs = {} }) => {
    const names = shapes.map((_, i) => `x${i}`)
    const values = names.map((name, i): [string, Value] => [name, { name, type: { dtype: 'f32', shape: shapes[i]! } }])
    const graph: Graph = {
      name: 'one',
      inputs: names.map((name) => ({ name })),
      outputs: ['y'],
      nodes: [{ op, inputs: names, outputs: ['y'], attrs }],
      values: new Map([...values, ['y', { name: 'y', type: { dtype: 'f32', shape: [] } }]]),
      ops: allOps,
      properties: { stage: 'float' },
    }
    expect(await agrees(graph)).toBeGreaterThan(0)
  })
})
