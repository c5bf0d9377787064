import { existsSync, readdirSync } from 'node:fs'
import { elementCount, type Graph, isQError, type QError, type Session, type Tensor, valueOf } from '@q/ir'
import { decodeHalfFloats } from '@q/ir/number'
import { encodeWeights, readTop, writeTop } from '@q/mlir'
import { decodeNpz } from '@q/npz'
import { importOnnx } from '@q/onnx'
import { sharedBytes, sharedPath, sharedText } from './shared.ts'

interface TensorFile {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: string
}

/** One of ONNX's own operator tests: a model, and what it gives. */
export interface OperatorTest {
  /** `<test> <variant>`: all operands fed (A), the first one fed (B), the second one fed (C). */
  readonly title: string
  /** The operators of the model. */
  readonly ops: readonly string[]
  readonly model: Uint8Array
  readonly inputs: readonly Elements[]
  readonly outputs: readonly Elements[]
}

/** A tensor of a test, as numbers. */
interface Elements {
  readonly name: string
  readonly elements: readonly number[]
  /** Numbers of 16 bits are as near as they can be. @default 1e-3 of the number */
  readonly tolerance?: number
}

/** A test that was not imported. */
export interface Refusal {
  readonly ops: readonly string[]
  readonly error: QError
}

/** What became of a test. */
export interface Outcome {
  /** The refusal, where the model was not imported. */
  readonly refused?: QError
  /** Elements that are others than ONNX wants, each with the path that computed it. */
  readonly wrong: readonly string[]
}

/** Loads a graph into an executor. */
export type Load = (graph: Graph) => Promise<Session>

interface OperatorTestFile {
  readonly ops: readonly string[]
  readonly inputs: readonly TensorFile[]
  readonly outputs: readonly TensorFile[]
}

const folder = 'onnx-node-tests'

/**
 * All operator tests in the shared folder, but for those of bfloat16: NumPy has no such numbers, their models hold the bits as integers, and ONNX
 * cuts them off where its runtime rounds.
 */
export function operatorTests(): readonly OperatorTest[] {
  const names = (JSON.parse(sharedText(folder, 'index.json')) as readonly string[]).filter((name) => !name.includes('BFLOAT16'))
  return names.flatMap((name) => {
    const { ops, ...files } = JSON.parse(sharedText(folder, name, 'io.json')) as OperatorTestFile
    const [inputs, outputs] = [files.inputs.map(elementsOf), files.outputs.map(elementsOf)]
    return ['A', 'B', 'C']
      .filter((variant) => existsSync(sharedPath(folder, name, `${variant}.onnx`)))
      .map((variant) => ({ title: `${name} ${variant}`, ops, inputs, outputs, model: sharedBytes(folder, name, `${variant}.onnx`) }))
  })
}

/** Small inputs that failed once, of a folder of the shared ones: the model, what it was fed, what ONNX Runtime computes. */
export function failedOnce(group: string): readonly OperatorTest[] {
  return readdirSync(sharedPath('cases', group)).flatMap((name) =>
    readdirSync(sharedPath('cases', group, name))
      .filter((file) => file.endsWith('.onnx'))
      .map((file) => ({
        title: `${group}/${name}/${file}`,
        ops: [],
        model: sharedBytes('cases', group, name, file),
        inputs: arraysOf(sharedBytes('cases', group, name, 'in.npz')),
        outputs: arraysOf(sharedBytes('cases', group, name, 'expected.npz')),
      })),
  )
}

const arraysOf = (file: Uint8Array): readonly Elements[] =>
  [...decodeNpz(file, ['case'])].map(([name, { data }]) => ({ name, elements: Array.from(data, Number) }))

const arrays: Readonly<Record<string, new (buffer: ArrayBuffer) => ArrayLike<number | bigint>>> = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

function elementsOf({ name, dtype, data }: TensorFile): Elements {
  const { buffer } = Uint8Array.from(Buffer.from(data, 'base64'))
  if (dtype === 'float16')
    return { name, elements: Array.from(decodeHalfFloats({ dtype: 'f16', data: new Uint16Array(buffer) })!), tolerance: 2 ** -10 }
  const array = arrays[dtype]
  if (array === undefined) throw new Error(`tests with ${dtype} are not read`)
  return { name, elements: Array.from(new array(buffer), Number) }
}

/** Imports a test's model and computes it on every executor, as it was imported and as its Top text reads. @throws whatever is no refusal */
export async function tried(test: OperatorTest, executors: Readonly<Record<string, Load>>): Promise<Outcome> {
  const wrong: string[] = []
  let graph: Graph
  try {
    graph = await importOnnx(test.model)
  } catch (error) {
    if (isQError(error)) return { refused: error, wrong }
    throw error
  }
  const { text, weights } = writeTop(graph)
  const graphs = { imported: graph, read: readTop(text, encodeWeights(weights)) }
  for (const [form, each] of Object.entries(graphs)) {
    for (const [executor, load] of Object.entries(executors)) {
      if (form === 'read' && executor !== 'reference') continue
      const differences = await differing(each, await load(each), test)
      wrong.push(...differences.map((difference) => `${test.title}, ${form}, ${executor}: ${difference}`))
    }
  }
  return { wrong }
}

async function differing(graph: Graph, session: Session, { inputs, outputs }: OperatorTest): Promise<readonly string[]> {
  const feeds = graph.inputs.map(({ name }): [string, Tensor] => {
    const { shape } = valueOf(graph, name).type
    const elements = inputs.find((each) => each.name === name)?.elements ?? new Array<number>(elementCount(shape)).fill(0)
    return [name, { dtype: 'f32', shape, data: Float32Array.from(elements) }]
  })
  const found = await session.run(new Map(feeds))
  return graph.outputs.flatMap((name, k) => {
    const ours = Array.from(found.get(name)!.data, Number)
    const { elements: theirs, tolerance = 1e-3 } = wantedOf(name, outputs) ?? outputs[k]!
    if (ours.length !== theirs.length) return [`${name} has ${ours.length} elements, wanted ${theirs.length}`]
    const at = ours.findIndex((each, i) => !isNear(each, theirs[i]!, tolerance))
    return at < 0 ? [] : [`${name}, element ${at}: ${ours[at]}, wanted ${theirs[at]}`]
  })
}

/** The result that a layer makes, which is called after it: of several the one with the longest name. */
const wantedOf = (layer: string, outputs: readonly Elements[]): Elements | undefined =>
  outputs.filter(({ name }) => layer === name || layer.startsWith(`${name}_`)).sort((a, b) => b.name.length - a.name.length)[0]

const isNear = (a: number, b: number, tolerance: number): boolean =>
  a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-5 + tolerance * Math.abs(b)

/** Refusals by reason and operators, the largest group first. */
export function refusalTable(refusals: readonly Refusal[]): string {
  const counts = new Map<string, number>()
  for (const { ops, error } of refusals) {
    const key = `${error.code}  ${[...new Set(ops)].join(' ')}  ${error.message.replace(/^[A-Z_]+: /, '').slice(0, 120)}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([key, count]) => `${String(count).padStart(4)}  ${key}`)
    .join('\n')
}
