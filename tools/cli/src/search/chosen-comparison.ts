import type { ComparedValue } from '@q/mixprec'
import type { Context } from '../context.ts'
import { importedFiles } from '../modules/imported-files.ts'
import { parseComparedLayers } from './compared-layers.ts'
import { loadPostProcessing, type PostProcessing } from './post-processing.ts'

/** What a user says about what of two networks is compared. */
export interface ComparisonChoice {
  /** As `--global_compare_layers` takes them. @default the outputs */
  readonly comparedLayers?: string
  /** The module of a post-processing. @default outputs are compared as they are */
  readonly postProcess?: string
}

/** What of two networks is compared. */
export interface ChosenComparison {
  readonly compared?: readonly ComparedValue[]
  readonly postProcessing?: PostProcessing
}

/** Reads what is to be compared, and notes the modules of a post-processing as inputs. @throws QError `COMPARE_LAYERS`, `FILE_TAKEN`, those of `loadPostProcessing` */
export async function chosenComparison(
  { comparedLayers = '', postProcess }: ComparisonChoice,
  context: Context,
): Promise<ChosenComparison> {
  const compared = parseComparedLayers(comparedLayers)
  const values = compared === undefined ? {} : { compared }
  if (postProcess === undefined) return values
  const postProcessing = await loadPostProcessing(postProcess, context.modules)
  await context.files.reads(await importedFiles(postProcessing.file))
  return { ...values, postProcessing }
}
