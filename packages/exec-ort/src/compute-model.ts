import { QError, type Tensor, type TensorData } from '@q/ir'
import type { OrtRuntime } from './ort-runtime.ts'
import { dtypeOf } from './ort-types.ts'

/** One thread and no rewriting: the same bits wherever the operators' kernels are the same. */
const sessionOptions = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 4 }

/**
 * Computes ONNX models that have no inputs: what an import folds constants by (`compute` of `importOnnx`).
 *
 * @param ort ONNX Runtime: the module `onnxruntime-node` or `onnxruntime-web`
 * @returns takes the bytes of a model and gives its outputs, in order; it throws QError `ORT_REFUSED`
 */
export function modelComputer(ort: OrtRuntime): (model: Uint8Array) => Promise<readonly Tensor[]> {
  return async (model) => {
    const session = await ort.InferenceSession.create(model, sessionOptions).catch(refused)
    try {
      const results = await session.run({}).catch(refused)
      return Object.values(results).map(({ type, dims, data }) => ({ dtype: dtypeOf(type), shape: [...dims], data: data as TensorData }))
    } finally {
      await session.release()
    }
  }
}

function refused(error: unknown): never {
  throw new QError('ORT_REFUSED', 'ONNX Runtime does not compute a node of constants', {
    found: error instanceof Error ? error.message : String(error),
    hint: 'check the model with onnx.checker, and export it again',
    cause: error,
  })
}
