import type { OrtRuntime } from '@q/exec-ort'
import { createOrtExecutor } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Executor } from '@q/ir'
import { encodeModel } from '@q/onnx'
import * as onnxruntime from 'onnxruntime-node'

/** ONNX Runtime of this installation. */
export const ort = onnxruntime as unknown as OrtRuntime

/** Runs graphs as they are defined, to the bit; what ONNX Runtime cannot do exactly is left to the reference executor. */
export function exactExecutor(): Executor {
  return createOrtExecutor({ ort, encode: encodeModel, precision: 'exact', fallback: createReferenceExecutor() })
}

/** Runs float graphs fast. @param threads inside one operator; as ONNX Runtime chooses when absent */
export function floatExecutor(threads?: number): Executor {
  return createOrtExecutor({
    ort,
    encode: encodeModel,
    precision: 'fast',
    fallback: createReferenceExecutor(),
    ...(threads === undefined ? {} : { threads }),
  })
}

/** Runs graphs as they are defined, slowly, in plain JavaScript. */
export function referenceExecutor(): Executor {
  return createReferenceExecutor()
}
