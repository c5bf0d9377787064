import type { SampleChoice } from '@q/data'
import { createSampleSource, selectSamples } from '@q/data'
import type { Graph, SampleSource } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { countText } from '../console/count-text.ts'
import type { Context } from '../context.ts'
import type { RunFiles } from '../files/run-files.ts'
import { samplesKey } from '../pipeline/calibration-checkpoint.ts'

/** The samples that trials are measured on. */
export interface TrialSamples {
  readonly samples: SampleSource
  /** Tells these samples from others. */
  readonly samplesKey: string
}

/** The first `count` of the samples that a calibration takes, all for 0; the files are chosen at once, so that a wrong folder is told before the work. */
export async function trialSamples(graph: Graph, chosen: SampleChoice, count: number, { mostBytes }: RunFiles): Promise<TrialSamples> {
  const { entries } = await selectSamples({ ...chosen, inputNum: count })
  return {
    samples: await createSampleSource(entries, sampleInputs(graph), { mostBytes }),
    samplesKey: await samplesKey(entries, JSON.stringify(graph.inputs)),
  }
}

/** Says that there are fewer samples than trials were to be measured on. */
export function noteFewerSamples(asked: number, count: number, { reporter }: Pick<Context, 'reporter'>): void {
  if (count < asked)
    reporter.note(
      `note: --inference_num ${asked}: trials are measured on the ${countText(count, 'sample')} that there ${count === 1 ? 'is' : 'are'}`,
    )
}
