import type { OnnxTranslator } from './onnx-translator.ts'
import type { OrtRuntime } from './ort-runtime.ts'

/** What a question to a runtime is written with. */
export type ProbeWriter = Pick<OnnxTranslator, 'builder' | 'encode'>

/** A question to a runtime that is asked once for each, by small models that it runs. */
export function onceForRuntime<Answer>(
  ask: (ort: OrtRuntime, onnx: ProbeWriter) => Promise<Answer>,
): (ort: OrtRuntime, onnx: ProbeWriter) => Promise<Answer> {
  const answers = new WeakMap<OrtRuntime, Promise<Answer>>()
  return (ort, onnx) => {
    const known = answers.get(ort) ?? ask(ort, onnx)
    answers.set(ort, known)
    return known
  }
}
