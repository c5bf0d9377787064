import { existsSync } from 'node:fs'
import { createReferenceExecutor } from '@q/exec-ref'
import { type Graph, isQError, type Tensor, valueOf } from '@q/ir'
import { importOnnx } from '@q/onnx'
import { describe, expect, it } from 'vitest'
import { hasShared, sharedBytes, sharedPath, sharedText, sharedTitle } from './shared.ts'

interface TensorFile {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: string
}
interface OperatorTest {
  readonly inputs: readonly TensorFile[]
  readonly outputs: readonly TensorFile[]
}

const folder = 'onnx-node-tests'
const cases: readonly string[] = hasShared ? JSON.parse(sharedText(folder, 'index.json')) : []

/** Types whose elements a canonical graph, which is float32, holds. */
const arrays: Readonly<Record<string, new (buffer: ArrayBuffer) => ArrayLike<number | bigint>>> = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

function elementsOf({ dtype, data }: TensorFile): readonly number[] | undefined {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'))
  const array = arrays[dtype]
  return array === undefined ? undefined : Array.from(new array(bytes.buffer), Number)
}

/** The graph of a model, or the code of its refusal. */
async function graphOrCode(name: string, variant: string): Promise<Graph | string> {
  try {
    return await importOnnx(sharedBytes(folder, name, `${variant}.onnx`))
  } catch (error) {
    if (isQError(error)) return error.code
    throw error
  }
}

/** The elements of a model's results that are others than the test wants; empty where all are right. */
async function wrong(graph: Graph, { inputs, outputs }: OperatorTest): Promise<readonly string[]> {
  const given = inputs.map((each) => ({ ...each, elements: elementsOf(each) }))
  const wanted = outputs.map(elementsOf)
  if ([...given.map(({ elements }) => elements), ...wanted].some((each) => each === undefined)) return []
  const session = await createReferenceExecutor().load(graph)
  const feeds = graph.inputs.map(({ name }): [string, Tensor] => {
    const { elements } = given.find((each) => each.name === name)!
    return [name, { dtype: 'f32', shape: valueOf(graph, name).type.shape, data: Float32Array.from(elements!) }]
  })
  const found = await session.run(new Map(feeds))
  return graph.outputs.flatMap((name, k) => {
    const ours = Array.from(found.get(name)!.data, Number)
    const theirs = wanted[k]!
    const at = ours.findIndex((each, i) => !isNear(each, theirs[i]!))
    return ours.length === theirs.length && at < 0 ? [] : [`${name}, ${at}: ${ours[at]}, wanted ${theirs[at]}`]
  })
}

const isNear = (a: number, b: number): boolean =>
  a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-5 + 1e-3 * Math.abs(b)

describe.skipIf(!hasShared)(sharedTitle('the operator tests of ONNX are computed or refused, never wrong'), () => {
  it('all of them', { timeout: 300_000 }, async () => {
    const failures: string[] = []
    let read = 0
    for (const name of cases) {
      const test = JSON.parse(sharedText(folder, name, 'io.json')) as OperatorTest
      for (const variant of ['A', 'B', 'C'].filter((each) => existsSync(sharedPath(folder, name, `${each}.onnx`)))) {
        const graph = await graphOrCode(name, variant)
        if (typeof graph === 'string') continue
        read += 1
        failures.push(...(await wrong(graph, test)).map((each) => `${name} ${variant}: ${each}`))
      }
    }
    expect(failures).toEqual([])
    expect(read).toBeGreaterThan(600)
  })
})
