import type { Graph, SampleSource } from '@q/ir'
import { isQError, QError } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { countText } from '../console/count-text.ts'
import type { Context } from '../context.ts'
import { grownBytes } from '../wiring/check-memory.ts'
import { floatExecutor } from '../wiring/executors.ts'
import { compareImport, type ImportComparison } from './compare-import.ts'
import { openOriginal } from './original-model.ts'
import { activationNames, runGraph } from './run-graph.ts'
import type { RunSample } from './run-sample.ts'

/** A model file whose import was found to compute the same. */
export interface CheckedOriginal {
  /** The file's outputs, or the tensors where it is cut. */
  readonly run: RunSample
  close(): Promise<void>
}

/** Which import of which file is checked, and on what. */
interface ImportedModel {
  readonly model: string
  readonly graph: Graph
  readonly inputShapes?: readonly (readonly number[])[]
  readonly outputNames?: readonly string[]
  readonly samples: SampleSource
  readonly compareNum: number
  readonly force?: boolean
}

/** What every tensor of an import has to exceed, as `model_transform` has it. */
const importTolerance = [0.99, 0.99] as const

/**
 * Holds an import against its file on the first sample, before any long work.
 *
 * @returns the file ready to run; nothing where no sample is compared, or where ONNX Runtime cannot run the file, which is noted
 * @throws QError `IMPORT_DIFFERS` naming the first layer that computes something else, unless it is forced
 */
export async function checkedOriginal(imported: ImportedModel, { files, reporter }: Context): Promise<CheckedOriginal | undefined> {
  const { model, graph, inputShapes, outputNames, samples, compareNum, force = false } = imported
  if (compareNum === 0 || samples.count === 0) return undefined
  const shapes = inputShapes === undefined ? {} : { inputShapes }
  const cut = outputNames === undefined ? {} : { outputNames }
  const bytes = await files.read(model)
  try {
    const inputs = await samples.load(0)
    const tensors = await runGraph(graph, floatExecutor(), inputs, activationNames(graph))
    const found = await compareImport({
      model,
      bytes,
      ...shapes,
      ...cut,
      graph,
      inputs,
      tensors,
      tolerance: importTolerance,
      mostBytes: grownBytes(files.mostBytes),
    })
    if (!found.comparison.passed) refuse(model, found, force, reporter.note)
    const fetches = outputNames === undefined ? {} : { fetches: { names: outputNames, bytes } }
    const original = await openOriginal(model, { declared: sampleInputs(graph), ...shapes, ...fetches })
    const run: RunSample = async (sample) => {
      const made = await original.run(sample)
      return original.outputs.map((name) => made.get(name)!)
    }
    return { run, close: original.close }
  } catch (error) {
    if (!isQError(error) || error.code !== 'MODEL_RUN') throw error
    reporter.note(`note: ONNX Runtime cannot run ${model} (${error.found}): it is compared as imported`)
    return undefined
  }
}

function refuse(model: string, { comparison, culprit }: ImportComparison, force: boolean, note: (line: string) => void): void {
  const missed = comparison.verdicts.filter(({ passed }) => !passed)
  const layer = culprit?.layer ?? missed[0]!.name
  const { similarity, notFinite } = missed.find(({ name }) => name === layer) ?? missed[0]!
  const figures =
    similarity === undefined ? 'another shape' : `cosine ${similarity.cosine.toFixed(6)}, euclidean ${similarity.euclidean.toFixed(6)}`
  const error = new QError('IMPORT_DIFFERS', `the import of ${model} computes something else than the file`, {
    at: [model, `layer ${layer}${culprit === undefined ? '' : ` (${culprit.op})`}`],
    found: `${notFinite === undefined ? figures : `${countText(notFinite, 'number')} NaN or infinite`}; ${missed.length} of ${comparison.verdicts.length} tensors differ`,
    wanted: `cosine ${importTolerance[0]}, euclidean ${importTolerance[1]} with what ONNX Runtime computes`,
    hint: 'model_transform with --test_input compares every tensor; --output_names cuts the network before this layer; --force goes on all the same',
    kind: 'tolerance',
  })
  if (!force) throw error
  note(`warning: ${error.message}, from layer ${layer} on (${error.found})`)
}
