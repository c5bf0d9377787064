import { didYouMean, type Graph, QError } from '@q/ir'
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

/** Reads what is to be compared, and notes the modules of a post-processing as inputs. @throws QError `COMPARE_LAYERS`, `LAYER_UNKNOWN`, `FILE_TAKEN`, those of `loadPostProcessing` */
export async function chosenComparison(
  graph: Graph,
  { comparedLayers = '', postProcess }: ComparisonChoice,
  context: Context,
): Promise<ChosenComparison> {
  const compared = parseComparedLayers(comparedLayers)
  checkNames(graph, compared ?? [])
  const values = compared === undefined ? {} : { compared }
  if (postProcess === undefined) return values
  const postProcessing = await loadPostProcessing(postProcess, context.modules)
  await context.files.reads(await importedFiles(postProcessing.file))
  return { ...values, postProcessing }
}

/** A name that the graph does not have is refused here, before the long work that comes before the comparison. */
function checkNames({ name: model, nodes, outputs }: Graph, compared: readonly ComparedValue[]): void {
  const made = new Set([...outputs, ...nodes.flatMap((node) => node.outputs)])
  const unknown = compared.find(({ name }) => !made.has(name))?.name
  if (unknown === undefined) return
  throw new QError('LAYER_UNKNOWN', `there is no layer ${unknown} to compare`, {
    at: [model, '--global_compare_layers'],
    found: unknown,
    wanted: 'an output or a layer of the float graph',
    hint: didYouMean(unknown, made, 'list the layers with `q print`'),
    kind: 'usage',
  })
}
