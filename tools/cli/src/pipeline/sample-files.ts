import type { SampleChoice } from '@q/data'
import { selectSamples } from '@q/data'
import type { Context } from '../context.ts'

/** Notes the files of test inputs, each one or several joined by commas, as inputs of the run. @throws QError `FILE_TAKEN` */
export async function noteTestInputs(inputs: readonly (string | undefined)[], { files }: Context): Promise<void> {
  await files.reads(inputs.flatMap((each) => each?.split(',') ?? []).map((file) => file.trim()))
}

/** Notes a list of samples and the samples themselves as inputs of the run. @throws QError `FILE_TAKEN`, and those of `selectSamples` */
export async function noteSamples(choice: SampleChoice, context: Context): Promise<void> {
  if (choice.dataList !== undefined) await context.files.reads([choice.dataList])
  await noteTestInputs((await selectSamples(choice)).entries, context)
}
