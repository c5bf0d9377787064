import { resolve } from 'node:path'
import type { DType, Tensor } from '@q/ir'
import { isQError, QError } from '@q/ir'
import { feedOf, type SampleInput } from '@q/ir/graph'
import * as onnxruntime from 'onnxruntime-node'

/**
 * What ONNX Runtime makes of a model file as it is: the reference that an import is held against.
 *
 * @param declared the inputs of the file, in its order
 * @returns the outputs as float32, under the file's names and in its order
 * @throws QError `MODEL_RUN` when ONNX Runtime refuses the file, `FEED_TYPE` for numbers that an input cannot hold
 */
export async function originalOutputs(
  path: string,
  declared: readonly SampleInput[],
  inputs: ReadonlyMap<string, Tensor>,
  inputShapes?: readonly (readonly number[])[],
): Promise<ReadonlyMap<string, Tensor>> {
  try {
    const session = await onnxruntime.InferenceSession.create(resolve(path), { logSeverityLevel: 3 })
    try {
      const feeds: Record<string, onnxruntime.Tensor> = {}
      for (const [i, { name, shape: usual }] of declared.entries()) {
        const shape = inputShapes?.[i] ?? usual
        feeds[session.inputNames[i] ?? name] = fedAs(name, inputs.get(name)!, typeOf(session, i), shape)
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
    if (isQError(error)) throw error
    throw new QError('MODEL_RUN', `ONNX Runtime cannot run ${path}`, {
      at: [path],
      found: error instanceof Error ? error.message.split('\n')[0]! : String(error),
      wanted: 'a model that ONNX Runtime runs on this input',
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

/** Element types of inputs beside float32, by their names in ONNX Runtime. */
const dtypes: Readonly<Record<string, DType>> = {
  int64: 'i64',
  int32: 'i32',
  int16: 'i16',
  int8: 'i8',
  uint16: 'u16',
  uint8: 'u8',
  bool: 'bool',
  float64: 'f64',
}

function fedAs(name: string, tensor: Tensor, type: string, shape: readonly number[]): onnxruntime.Tensor {
  const dtype = dtypes[type]
  const { data } = dtype === undefined ? tensor : feedOf(name, tensor, dtype)
  return new onnxruntime.Tensor(dtype === undefined ? 'float32' : (type as 'int64'), data as BigInt64Array & Float32Array, shape)
}
