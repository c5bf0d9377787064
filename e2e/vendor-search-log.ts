import {
  type Graph,
  type Loss,
  layerOf,
  type ObservedRange,
  parseCalibrationTable,
  type Question,
  type SearchResult,
  type SearchSpace,
  type SearchStrategy,
  samplesOf,
  type Trial,
  type TrialLosses,
} from '@q/ir'
import { nullBackend } from '@q/ir/conformance'
import { sharedText } from './shared.ts'

const folder = 'reference/tpu-mlir-search'

/** One threshold that the vendor tried for a layer. */
interface TriedThreshold {
  readonly method: string
  readonly threshold: number
  readonly loss: number
}

/** What a search log of TPU-MLIR tells. */
export interface VendorLog {
  /** Its lines, without those about preprocessing. */
  readonly lines: readonly string[]
  /** Similarity of all layers in codes. */
  readonly int8: number
  /** By type of operator, on the first sample. */
  readonly types: ReadonlyMap<string, number>
  readonly tried: ReadonlyMap<string, readonly TriedThreshold[]>
  /** Losses alone in codes of a fast search: by cosine and by noise. */
  readonly alone: ReadonlyMap<string, readonly [cosine: number, noise: number]>
  readonly ranking: readonly string[]
  /** Sets of float layers that were measured, with their similarity. */
  readonly measured: readonly { readonly floats: readonly string[]; readonly score: number }[]
  /** Similarity of each layer's own result. */
  readonly own: ReadonlyMap<string, number>
}

/** Reads a log of the folder of reference runs. */
export function vendorLog(network: string, file: string): VendorLog {
  const lines = sharedText(folder, network, file)
    .split('\n')
    .filter((line) => line.startsWith('INFO:root:'))
    .map((line) => line.slice('INFO:root:'.length).trimEnd())
    .filter((line) => line !== '')
  const matches = (pattern: RegExp) =>
    lines.flatMap((line) => [pattern.exec(line)?.slice(1) as string[] | undefined]).filter((each) => each !== undefined)
  const tried = new Map<string, TriedThreshold[]>()
  const measured: { floats: readonly string[]; score: number }[] = []
  let waiting: readonly string[] = []
  lines.forEach((line, i) => {
    const adjusted = /^adjust layer (\S+) th, with method (\S+), and threshlod (\S+)$/.exec(line)
    const loss = /^outputs_cos_los = (\S+)$/.exec(lines[i + 2] ?? '')
    if (adjusted !== null && loss !== null) {
      const [, layer = '', method = '', threshold] = adjusted
      tried.set(layer, [...(tried.get(layer) ?? []), { method, threshold: Number(threshold), loss: Number(loss[1]) }])
    }
    const set = /^(?:set_fp_layer_list|selected_layers) = \[(.*)\]$/.exec(line)
    if (set !== null) waiting = [...set[1]!.matchAll(/'([^']*)'/g)].map(([, name]) => name!)
    const score = /mix model outputs_cos: ?(\S+)$/.exec(line) ?? /^mix model outputs_cos:(\S+)$/.exec(line)
    if (score !== null) measured.push({ floats: waiting, score: Number(score[1]) })
  })
  return {
    lines,
    int8: Number((matches(/^all_int8_cos=(\S+)/)[0] ?? matches(/^int8 outputs_cos:(\S+) old$/)[0])?.[0]),
    types: new Map(matches(/^op_type : (\S+), similarity : (\S+)$/).map(([type, x]) => [type!, Number(x)])),
    tried,
    alone: new Map(matches(/^layer (\S+), outputs_cos:(\S+), outputs_snr:(\S+)$/).map(([layer, a, b]) => [layer!, [Number(a), Number(b)]])),
    ranking: matches(/^the layer (\S+) is \d+ sensitive layer/).map(([layer]) => layer!),
    measured,
    own: new Map(matches(/^No\.\d+\s*: Layer: (\S+)\s+Cos: (\S+)$/).map(([layer, x]) => [layer!, Number(x)])),
  }
}

/** The rows of a table of the reference runs. */
export const vendorRows = (network: string, file: string): ReadonlyMap<string, ObservedRange> =>
  parseCalibrationTable(sharedText(folder, network, file)).entries

/** The layers of a quantization table of the reference runs, in order. */
export const vendorFloats = (network: string, file: string): readonly string[] =>
  sharedText(folder, network, file)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' ')[0]!)

/** The space of a network as the log's search saw it; `floats` have no codes. */
export function vendorSpace(
  network: string,
  table: ReadonlyMap<string, ObservedRange>,
  log: VendorLog,
  floats: readonly string[] = [],
): SearchSpace {
  const rows = sharedText(folder, network.replace('/release-1.22', ''), 'ops.tsv')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
  const operators = rows.map((row) => row.split('\t') as [name: string, type: string, inputs: string])
  const isInput = ([, type]: readonly [string, string, string]) => type === 'top.Input'
  const graph: Graph = {
    name: network.split('/')[0]!,
    inputs: operators.filter(isInput).map(([name]) => ({ name })),
    outputs: [operators.at(-1)![0]],
    nodes: operators
      .filter((each) => !isInput(each))
      .map(([name, type, inputs]) => ({ op: type, inputs: inputs.split(' '), outputs: [name], attrs: {} })),
    values: new Map(),
    ops: new Map(),
    properties: {},
  }
  const methods = new Map<string, Map<string, ObservedRange>>()
  for (const [layer, each] of log.tried) {
    for (const { method, threshold } of each) {
      const name = method.toLowerCase()
      methods.set(name, (methods.get(name) ?? new Map<string, ObservedRange>()).set(layer, { ...table.get(layer)!, threshold }))
    }
  }
  return {
    graph,
    target: nullBackend().target,
    layers: graph.nodes.map((node) => ({
      name: layerOf(node),
      type: node.op,
      modes: ['INT8', 'F16'],
      hasCodes: !floats.includes(layerOf(node)),
      operations: 1,
    })),
    mode: 'INT8',
    floatMode: 'F16',
    pinned: new Map(),
    table,
    methods,
    samples: 30,
  }
}

/** Answers a question with what the log says of it; of layers that the vendor did not examine, that they lose nothing, and of sets that it did not measure, that they lose all. */
export type Replay = (question: Question, trial: Trial) => { readonly cosine: number; readonly noise?: number }

/** Replays a search that walks layers and measures sets of float layers. */
export function replayWalk(space: SearchSpace, log: VendorLog): Replay {
  const types = new Map(
    [...space.layers, ...space.graph.inputs.map(({ name }) => ({ name, type: 'top.Input' }))].map(({ name, type }) => [name, type]),
  )
  return (question, { plan, ranges }) => {
    const { metrics } = question
    const isFloat = (name: string) => plan.get(name) === 'F16'
    if (samplesOf(question, space.samples).length === 1 && !metrics.includes('noise')) {
      const type = types.get(space.layers.find(({ name, hasCodes }) => hasCodes && !isFloat(name))?.name ?? '') ?? 'top.Input'
      return { cosine: 1 - (log.types.get(type) ?? 1) }
    }
    if (plan.size === 0) return { cosine: 1 - log.int8 }
    const set = log.measured.find(({ floats }) => floats.length === plan.size && floats.every(isFloat))
    if (set !== undefined) return { cosine: 1 - set.score }
    const examined = space.layers.filter(({ name, hasCodes }) => hasCodes && log.tried.has(name))
    // A set that the vendor did not measure is none that a search should choose.
    if (examined.filter(({ name }) => !isFloat(name)).length > 1) return { cosine: 1 }
    const alone = [...log.alone].find(([layer]) => !isFloat(layer))
    if (alone !== undefined) return { cosine: alone[1][0], noise: alone[1][1] }
    // An input is in no plan: it is the one that is examined where every layer is in float.
    const inCodes = [...log.tried].filter(([name]) => types.has(name) && !isFloat(name) && ranges?.has(name) === true)
    const [layer, tried] = inCodes.find(([name]) => types.get(name) !== 'top.Input') ?? inCodes[0] ?? []
    const loss = tried?.find(({ threshold }) => threshold === ranges?.get(layer!)?.threshold)?.loss ?? 0
    // The logs do not tell a layer's noise; it grows faster than the angle.
    return { cosine: loss, noise: 1e4 * loss ** 2 }
  }
}

/** Drives a strategy by a replay; gives its result and the lines it told. */
export function replay(strategy: SearchStrategy, space: SearchSpace, answer: Replay, own: ReadonlyMap<string, number> = new Map()) {
  const lines: string[] = []
  const lossOf = (mean: number): Loss => ({ mean, samples: [mean], outputs: [] })
  const steps = strategy.search(space)
  let step = steps.next()
  const tell = ({ notes = [] }: Pick<SearchResult, 'notes'>) => {
    for (const { text } of notes) lines.push(text)
  }
  while (step.done !== true) {
    const { ask } = step.value
    tell(step.value)
    const layers = new Map((ask.layers ?? []).flatMap((layer) => (own.has(layer) ? [[layer, { cosine: 1 - own.get(layer)! }]] : [])))
    step = steps.next(
      ask.trials.map((trial): TrialLosses => {
        const { cosine, noise = cosine } = answer(ask, trial)
        return { losses: { cosine: lossOf(cosine), noise: lossOf(noise) }, layers }
      }),
    )
  }
  tell(step.value)
  return { result: step.value, lines }
}
