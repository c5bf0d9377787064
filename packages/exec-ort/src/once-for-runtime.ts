import { faithfulGraphs } from './faithful-graphs.ts'
import type { OnnxTranslator } from './onnx-translator.ts'
import type { OrtRuntime } from './ort-runtime.ts'

/** What a question to a runtime is written with. */
export type ProbeWriter = Pick<OnnxTranslator, 'builder' | 'encode'>

/** Sessions of questions: they run once on a few numbers, and a pool of threads that spin for the next run would cost more than the run. */
export const probeSession = {
  ...faithfulGraphs,
  logSeverityLevel: 3,
  intraOpNumThreads: 1,
  extra: { ...faithfulGraphs.extra, session: { ...faithfulGraphs.extra.session, intra_op: { allow_spinning: '0' } } },
} as const

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
