import type { DType, Executor, Graph, Tensor, TensorData } from '@q/ir'
import { isQError, QError, valueOf } from '@q/ir'
import { decodeBf16Array, decodeF16Array } from '@q/ir/number'
import * as ort from 'onnxruntime-node'
import { exportOnnx, type KernelForms, onnxTranslator } from '../src/index.ts'

const elementTypes: Readonly<Partial<Record<DType, string>>> = {
  f32: 'float32',
  f64: 'float64',
  u8: 'uint8',
  i8: 'int8',
  u16: 'uint16',
  i16: 'int16',
  i32: 'int32',
  i64: 'int64',
  bool: 'bool',
}

/** A tensor as ONNX Runtime takes it; numbers of 16-bit floats are float32 ones. */
function toOrt({ dtype, shape, data }: Tensor): ort.Tensor {
  const type = elementTypes[dtype] ?? 'float32'
  const numbers = data instanceof Uint16Array && type === 'float32' ? (dtype === 'f16' ? decodeF16Array : decodeBf16Array)(data) : data
  return new ort.Tensor(type as 'float32', numbers as Float32Array, [...shape])
}

const asSession = (
  graph: Graph,
  feeds: readonly string[],
  fetches: readonly string[],
  run: (values: ReadonlyMap<string, Tensor>) => Promise<ReadonlyMap<string, Tensor>>,
) => ({
  feeds,
  fetches,
  run: (values: ReadonlyMap<string, Tensor>) => run(values),
  close: async () => {},
  graph,
})

/** Runs whole graphs from the files that `exportOnnx` writes, with the default settings of ONNX Runtime. */
export function fileExecutor(): Executor {
  return {
    name: 'exported files',
    exact: true,
    async load(graph) {
      const session = await ort.InferenceSession.create(exportOnnx(graph), { logSeverityLevel: 3, intraOpNumThreads: 1 })
      const feeds = graph.inputs.map(({ name }) => name)
      return asSession(graph, feeds, graph.outputs, async (values) => {
        const results = await session.run(Object.fromEntries(feeds.map((name) => [name, toOrt(values.get(name)!)])))
        return new Map(
          graph.outputs.map((name): [string, Tensor] => {
            const { type } = valueOf(graph, name)
            return [name, { dtype: type.dtype, shape: type.shape, data: results[name]!.data as TensorData }]
          }),
        )
      })
    },
  }
}

/** Runs whole graphs as one part, as executors do. */
export function partExecutor(precision: 'exact' | 'fast', kernels: KernelForms): Executor {
  return {
    name: `parts (${precision})`,
    exact: precision === 'exact',
    async load(graph) {
      const draft = onnxTranslator.draftPart(graph, { precision, kernels })
      for (const node of graph.nodes) {
        if (!draft.add(node)) throw new QError('ONNX_EXPORT', 'refused', { at: [node.outputs[0]!], found: node.op })
      }
      const part = draft.finish(graph.outputs)
      const session = await ort.InferenceSession.create(onnxTranslator.encode(part.model), { logSeverityLevel: 3, intraOpNumThreads: 1 })
      return asSession(graph, [...part.feeds.keys()], graph.outputs, async (values) => {
        const fed = [...part.feeds].map(([name, id]) => [id, toOrt(onnxTranslator.toCarrier(values.get(name)!))])
        const results = await session.run(Object.fromEntries(fed))
        return new Map(
          [...part.fetches].map(([name, id]): [string, Tensor] => {
            const { dtype } = part.model.values.get(id)!.type
            const carried = { dtype, shape: valueOf(graph, name).type.shape, data: results[id]!.data as TensorData }
            return [name, onnxTranslator.fromCarrier(carried, valueOf(graph, name).type)]
          }),
        )
      })
    },
  }
}

/** What a case is refused for, when it is. */
export async function refusalOf(run: () => unknown): Promise<string | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    if (isQError(error) && error.code === 'ONNX_EXPORT') return error.found
    throw error
  }
}
