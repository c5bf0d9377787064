import { resolve } from 'node:path'
import type { Graph, Tensor } from '@q/ir'
import { QError, valueOf } from '@q/ir'
import * as onnxruntime from 'onnxruntime-node'

/**
 * What ONNX Runtime makes of a model file as it is: the reference that an import is held against.
 *
 * @param graph the imported model; its inputs stand in the order of the file's
 * @returns the outputs as float32, under the file's names and in its order
 * @throws QError `MODEL_RUN` when ONNX Runtime refuses the file
 */
export async function originalOutputs(
  path: string,
  graph: Graph,
  inputs: ReadonlyMap<string, Tensor>,
  inputShapes?: readonly (readonly number[])[],
): Promise<ReadonlyMap<string, Tensor>> {
  try {
    const session = await onnxruntime.InferenceSession.create(resolve(path), { logSeverityLevel: 3 })
    try {
      const feeds: Record<string, onnxruntime.Tensor> = {}
      for (const [i, input] of graph.inputs.entries()) {
        const shape = inputShapes?.[i] ?? valueOf(graph, input.name).type.shape
        feeds[session.inputNames[i] ?? input.name] = feedOf(inputs.get(input.name)!, typeOf(session, i), shape)
      }
      const results = await session.run(feeds)
      return new Map(
        session.outputNames.map((name): [string, Tensor] => {
          const { data, dims } = results[name]!
          return [name, { dtype: 'f32', shape: [...dims], data: Float32Array.from(data as Float32Array, Number) }]
        }),
      )
    } finally {
      await session.release()
    }
  } catch (error) {
    throw new QError('MODEL_RUN', `ONNX Runtime cannot run ${path}`, {
      at: [path],
      found: error instanceof Error ? error.message.split('\n')[0]! : String(error),
      hint: 'check the model with its exporter, or leave --test_input out',
      cause: error,
    })
  }
}

/** The element type the file declares, which may be wider than the imported graph's. */
function typeOf(session: onnxruntime.InferenceSession, index: number): string {
  const input = session.inputMetadata[index]
  return input?.isTensor === true ? input.type : 'float32'
}

function feedOf({ data }: Tensor, type: string, shape: readonly number[]): onnxruntime.Tensor {
  const numbers = data as Float32Array
  switch (type) {
    case 'int64':
      return new onnxruntime.Tensor(
        'int64',
        BigInt64Array.from(numbers, (x) => BigInt(Math.trunc(x))),
        shape,
      )
    case 'int32':
      return new onnxruntime.Tensor('int32', Int32Array.from(numbers), shape)
    case 'bool':
      return new onnxruntime.Tensor(
        'bool',
        Uint8Array.from(numbers, (x) => (x === 0 ? 0 : 1)),
        shape,
      )
    default:
      return new onnxruntime.Tensor('float32', numbers, shape)
  }
}
