import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Executor, Tensor } from '@q/ir'
import { isQError } from '@q/ir'
import { printGraph } from '@q/ir/graph'
import { exportOnnx, onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { type RandomNode, randomNode, randomOps } from './random-nodes.ts'
import { dice } from './random-source.ts'

/** Nodes of each operator unless told otherwise: `RANDOM_NODES=500 RANDOM_SEED=7 npx vitest run e2e/random-nodes.test.ts` tries more. */
const defaultCount = 6
const count = Number(process.env['RANDOM_NODES'] ?? defaultCount)
const seed = Number(process.env['RANDOM_SEED'] ?? 1)

const reference = createReferenceExecutor()
const shared = { ort, onnx: onnxTranslator, threads: 1 } as const
const executors: Readonly<Record<string, Executor>> = {
  'with a fallback': createOrtExecutor({ ...shared, fallback: reference }),
  alone: createOrtExecutor(shared),
  fed: createOrtExecutor({ ...shared, parameters: 'fed' }),
}

type Feeds = ReadonlyMap<string, Tensor>
type Run = (node: RandomNode) => Promise<readonly number[]>

const numbersOf = (data: unknown): readonly number[] => Array.from(data as Float32Array, Number)

const by =
  (executor: Executor): Run =>
  async ({ graph, feeds }) => {
    const session = await executor.load(graph)
    try {
      return numbersOf((await session.run(feeds)).get('y')!.data)
    } finally {
      await session.close()
    }
  }

const ortTypes: Readonly<Record<string, string>> = {
  f16: 'float32',
  bf16: 'float32',
  f32: 'float32',
  i8: 'int8',
  u8: 'uint8',
  i16: 'int16',
  u16: 'uint16',
  i32: 'int32',
}

/** The exported file with the default settings of ONNX Runtime. */
const asFile: Run = async ({ graph, feeds }) => {
  const session = await ort.InferenceSession.create(exportOnnx(graph), { logSeverityLevel: 3, intraOpNumThreads: 1 })
  try {
    const given = [...(feeds as Feeds)].map(([name, { dtype, data, shape }]) => [
      name,
      new ort.Tensor(ortTypes[dtype] as 'float32', data as Float32Array, [...shape]),
    ])
    return numbersOf((await session.run(Object.fromEntries(given) as Record<string, ort.Tensor>))['y']!.data)
  } finally {
    await session.release()
  }
}

/** What comes out, or the code of the error that names what cannot be run. */
async function outcome(run: Run, node: RandomNode, named: string): Promise<readonly number[] | string> {
  try {
    return await run(node)
  } catch (error) {
    if (isQError(error) && error.code === named) return error.code
    throw new Error(`${error}\n${printGraph(node.graph)}`, { cause: error })
  }
}

describe('random nodes, on all executors and from the exported file', () => {
  it.each(randomOps.map((op, i) => [op, i] as const))('%s: equal, and none refused', async (op, i) => {
    for (let k = 0; k < count; k++) {
      const node = randomNode(op, dice(seed * 1_000_003 + i * 10_007 + k * 101))
      const about = () => `${op} ${k}\n${printGraph(node.graph).slice(0, 3000)}`
      const wanted = await outcome(by(reference), node, 'SUM_TOO_LARGE')
      if (typeof wanted === 'string') continue
      for (const [run, named] of [
        [by(executors['with a fallback']!), ''],
        [by(executors['alone']!), 'OP_UNSUPPORTED'],
        [by(executors['fed']!), 'OP_UNSUPPORTED'],
        [asFile, 'ONNX_EXPORT'],
      ] as const) {
        const found = await outcome(run, node, named)
        // Many more nodes than run by default have some among them whose numbers leave 64 bits.
        if (typeof found === 'string' && count > defaultCount) continue
        expect(found, about()).toEqual(wanted)
      }
    }
  })
})
