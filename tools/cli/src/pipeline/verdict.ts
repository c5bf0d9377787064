import type { Graph, Plan, QuantMode, Resolved, SampleSource, Tensor } from '@q/ir'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { exactExecutor, floatExecutor } from '../wiring/executors.ts'
import { type Agreement, areDead, foundDead, foundLost, mayBeDead, measureAgreement } from './agreement.ts'
import { choosing } from './choices.ts'
import { constantLayer } from './dead-network.ts'
import { type LayerError, layerErrors } from './layer-errors.ts'
import { layersThatOverflow, lossyLayers, tableOption } from './lossy-layers.ts'
import { watchInside } from './lost-inside.ts'
import { outputsOf, type RunSample, type RunTensors, readyModel, readyTensors } from './run-sample.ts'
import { tellAgreement, tellLayers } from './tell-verdict.ts'

/** Resolves a model once more, with these layers in other modes than they have. */
export type Again = (more: Plan) => Resolved

/** The one verdict on a quantized model, whichever command asks: whether its outputs are the float model's within the tolerance. */
export interface VerdictOptions {
  readonly graph: Graph
  readonly resolved: Resolved
  readonly chip: Chip
  readonly mode: QuantMode
  readonly samples: SampleSource
  readonly count: number
  readonly tolerance: readonly [cosine: number, euclidean: number]
  /** Runs the float model. @default the graph */
  readonly original?: RunSample
  /** Runs the quantized model: its outputs, and what it computes in floats inside. @default its graph */
  readonly quantized?: RunTensors
  /** The model with more layers in other modes. @default nothing else is tried */
  readonly again?: Again
  /** The command that a user may try where the model misses. */
  readonly next: string
  /** Whether time is over: one sample is compared all the same. @default there is time for all */
  readonly isOver?: (() => boolean) | undefined
}

/** Compares, tells, and where the model misses says which layers lose it and what to try. */
export async function verdictOn(options: VerdictOptions, context: Context): Promise<Agreement> {
  const { graph, resolved, mode, samples, count, next, isOver } = options
  const { reporter, signal } = context
  const common = { graph, samples, count, signal, onProgress: reporter.progress, isOver }
  let agreement = await agreementOf(options, options, context)
  const examine = () => layerErrors({ ...common, resolved, mode, float: floatExecutor(), exact: exactExecutor() })
  let errors: readonly LayerError[] | undefined
  if (agreement.passed && mayBeDead(agreement.outputs)) {
    errors = await examine()
    const dead = errors?.find((each) => each.dead !== undefined && !choosing.has(each.op))?.dead
    if (dead !== undefined) agreement = foundDead(agreement, dead)
  }
  tellAgreement(agreement, reporter)
  if (agreement.samples < count) reporter.note(`note: the budget left time to compare ${agreement.samples} of ${count} samples`)
  if (agreement.passed) return agreement
  const constant = constantLayer(graph)
  if (constant !== undefined) {
    const { layer, op } = constant
    reporter.note(`no input leads to layer ${layer} (${op}): the network hands out constants alone`)
    reporter.note('do: name outputs that depend on the input (--output_names), or correct the model')
    return agreement
  }
  const isFloatDead = areDead(agreement.outputs) && agreement.outputs.every(({ dead }) => dead === 'float')
  errors ??= await examine()
  if (errors === undefined) reporter.note('note: the budget left no time to look for the layers that lose most')
  else {
    tellLayers(errors, reporter)
    const kept =
      options.again === undefined || isFloatDead || isOver?.() === true
        ? undefined
        : await keptInFloat({ ...options, again: options.again }, errors, context)
    if (kept !== undefined) reporter.note(`do: ${kept}`)
  }
  reporter.note(`do: ${isFloatDead ? wayOutOfDeath : next}`)
  return agreement
}

/** No layer in float brings to life what is dead in float. */
const wayOutOfDeath =
  "give samples on which the float model's outputs differ; where there should be some among these, check its weights, --mean, --scale and --pixel_format"

/** Runs both models on the samples, and looks at what the quantized one computes inside. */
async function agreementOf(
  { graph, samples, count, tolerance, original, isOver }: VerdictOptions,
  { resolved, quantized }: Pick<VerdictOptions, 'resolved' | 'quantized'>,
  { reporter, signal }: Context,
): Promise<Agreement> {
  const inside = watchInside(graph, resolved, floatExecutor)
  const float = original === undefined ? await readyModel(graph, floatExecutor()) : lent(original)
  const model =
    quantized === undefined
      ? await readyTensors(resolved.graph, exactExecutor(), [...resolved.graph.outputs, ...inside.names])
      : lent(quantized)
  const common = { graph, samples, count, tolerance, signal, onProgress: reporter.progress, isOver }
  let made: ReadonlyMap<string, Tensor> = new Map()
  try {
    const agreement = await measureAgreement({
      ...common,
      float: float.run,
      quantized: async (sample) => {
        made = await model.run(sample)
        return outputsOf(resolved.graph, made)
      },
      look: (sample, called) => inside.look(sample, made, called),
    })
    return foundLost(agreement, inside.lost())
  } finally {
    await Promise.all([float.close(), model.close(), inside.close()])
  }
}

/** A model that is open, and stays so. */
const lent = <Run>(run: Run) => ({ run, close: async () => {} })

/** What to keep in a float mode so that the model does not miss any more, where that is few layers: tried on the same samples. */
async function keptInFloat(
  options: VerdictOptions & { readonly again: Again },
  errors: readonly LayerError[],
  context: Context,
): Promise<string | undefined> {
  const { graph, chip, again } = options
  const { target } = chip.backend
  const tried = [
    ...lossyLayers(graph, errors, target).map((layers) => ({ layers, mode: target.defaultFloat, what: 'loses nearly all' })),
    ...layersThatOverflow(errors, target).map((each) => ({ ...each, what: 'overflows' })),
  ]
  for (const { layers, mode, what } of tried) {
    const option = tableOption(layers, mode)
    if (option === undefined) continue
    const { passed, outputs } = await agreementOf(options, { resolved: again(new Map(layers.map((layer) => [layer, mode]))) }, context)
    if (!passed) continue
    const numbers = outputs.filter(({ places }) => places === undefined)
    const then = numbers.length === 0 ? 'it passes' : `cosine ${Math.min(...numbers.map(({ cosine }) => cosine)).toFixed(6)}`
    return `--quantize_table ${option} keeps what ${what} in ${mode}: ${then} then`
  }
  return undefined
}
