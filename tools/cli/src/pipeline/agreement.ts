import type { Executor, Graph, OnProgress, SampleSource, Tensor } from '@q/ir'
import { elementCount } from '@q/ir'
import { feedsOf } from '@q/ir/graph'
import type { OutputLikeness } from '../compare/output-likeness.ts'
import { outputLikeness } from '../compare/output-likeness.ts'
import { dumpTensors } from './dump-tensors.ts'

/** How far a quantized model agrees with the float one, over some samples. */
export interface Agreement {
  readonly samples: number
  /** By output of the float model: the means over the samples. */
  readonly outputs: readonly ({ readonly name: string; readonly passed: boolean } & OutputLikeness)[]
  /** What the mean cosine and Euclidean similarity of every output have to exceed. */
  readonly tolerance: readonly [cosine: number, euclidean: number]
  /** Whether all outputs do. */
  readonly passed: boolean
  /** Share of samples whose largest element of the first output is the same; only for outputs that are one list. */
  readonly sameTop1?: number
}

export interface AgreementOptions {
  readonly float: { readonly graph: Graph; readonly executor: Executor }
  readonly quantized: { readonly graph: Graph; readonly executor: Executor }
  readonly samples: SampleSource
  readonly count: number
  readonly tolerance: readonly [cosine: number, euclidean: number]
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

/** Runs both models on the first samples and compares their outputs. */
export async function measureAgreement(options: AgreementOptions): Promise<Agreement> {
  const { float, quantized, samples, count, tolerance, signal, onProgress } = options
  const sessions = [await float.executor.load(float.graph), await quantized.executor.load(quantized.graph)] as const
  const names = float.graph.outputs
  const sums = names.map(() => ({ cosine: 0, euclidean: 0, sqnr: 0 }))
  let same = 0
  try {
    for (let i = 0; i < count; i++) {
      signal.throwIfAborted()
      const sample = await samples.load(i)
      const expected = await sessions[0].run(feedsOf(float.graph, sample))
      const got = dumpTensors(quantized.graph, await sessions[1].run(feedsOf(quantized.graph, sample)), 'floats')
      names.forEach((name, k) => {
        const reference = expected.get(name)!
        const target = got.get(quantized.graph.outputs[k]!)!
        const alike = outputLikeness(target, reference)
        sums[k]!.cosine += alike.cosine
        sums[k]!.euclidean += alike.euclidean
        sums[k]!.sqnr += alike.sqnr
        if (k === 0 && largest(target.data) === largest(reference.data)) same++
      })
      onProgress({ stage: 'compare', done: i + 1, total: count })
    }
  } finally {
    await Promise.all(sessions.map((session) => session.close()))
  }
  const first = float.graph.values.get(names[0]!)!.type.shape
  const isList = names.length === 1 && elementCount(first) === first.at(-1)! * (first.length > 1 ? first[0]! : 1) && first[0] === 1
  const outputs = names.map((name, k) => {
    const sum = sums[k]!
    const means = { cosine: sum.cosine / count, euclidean: sum.euclidean / count, sqnr: sum.sqnr / count }
    return { name, passed: means.cosine > tolerance[0] && means.euclidean > tolerance[1], ...means }
  })
  return {
    samples: count,
    outputs,
    tolerance,
    passed: outputs.every(({ passed }) => passed),
    ...(isList ? { sameTop1: same / count } : {}),
  }
}

function largest(values: Tensor['data']): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}
