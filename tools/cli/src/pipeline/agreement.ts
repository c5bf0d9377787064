import type { Graph, OnProgress, SampleSource, Tensor } from '@q/ir'
import { elementCount } from '@q/ir'
import { type EqualPlaces, equalPlaces, shareOf } from '../compare/equal-places.ts'
import { magnitude } from '../compare/magnitude.ts'
import type { OutputLikeness } from '../compare/output-likeness.ts'
import { outputLikeness } from '../compare/output-likeness.ts'
import { choicesOf, mayChoose, placesAmong } from './choices.ts'
import type { LostInside } from './lost-inside.ts'
import { type MuteElements, watchElements } from './mute-elements.ts'
import { isSameSample, isSameTensor, otherInputs } from './other-inputs.ts'
import type { RunSample } from './run-sample.ts'

/** How one output of a quantized model agrees with the float model's: the similarities are the medians over the samples. */
export interface OutputAgreement extends OutputLikeness {
  readonly name: string
  readonly passed: boolean
  /** The sample with the most noise, and of those the one with the least cosine similarity. */
  readonly worst: OutputLikeness & { readonly sample: string }
  /** Of an output that says which elements are picked: its places of all samples, and those of the worst one. They decide, and not the similarities. */
  readonly places?: EqualPlaces & { readonly worst: EqualPlaces }
  /** Samples on which both models give next to nothing, beside what the float model gives on others: they are not counted. */
  readonly silent: number
  /** Numbers of all samples that are NaN or infinite in either model. */
  readonly notFinite: number
  /** Whose output is the same for every input: then its similarity says nothing. */
  readonly dead?: 'float' | 'quantized'
  /** It is a choice, and the float model chooses the same on every sample: that says nothing of whether it depends on the input. */
  readonly unvaried?: true
  /** More than half of the elements that vary in the float model are the same for every input in the quantized one, but not all. */
  readonly mute?: MuteElements
}

/** How far a quantized model agrees with the float one, over some samples. */
export interface Agreement {
  readonly samples: number
  /** By output of the float model. */
  readonly outputs: readonly OutputAgreement[]
  /** What the median cosine and Euclidean similarity of every output have to reach; of places the share that is the same, the latter. */
  readonly tolerance: readonly [cosine: number, euclidean: number]
  /** Whether all outputs do, none is lost on any sample, they are not all dead, and nothing is lost inside. */
  readonly passed: boolean
  /** Where numbers inside the quantized model stop being finite. */
  readonly lostInside?: LostInside
  /** Share of samples whose largest element of the first output is the same; only for outputs that are one list. */
  readonly sameTop1?: number
}

/** What {@link measureAgreement} compares. */
export interface AgreementOptions {
  /** The float graph, whose outputs are compared. */
  readonly graph: Graph
  /** Runs the float model: the tensors of the graph's outputs, in order. */
  readonly float: RunSample
  /** Runs the quantized model, as floats. */
  readonly quantized: RunSample
  /** Called when the quantized model has run on a sample. @param called what the sample is called */
  readonly look?: (sample: ReadonlyMap<string, Tensor>, called: string) => Promise<void>
  readonly samples: SampleSource
  readonly count: number
  readonly tolerance: readonly [cosine: number, euclidean: number]
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
  /** Whether there is no time for another sample; the first is compared in any case. @default there is */
  readonly isOver?: (() => boolean) | undefined
}

/** Runs both models on the first samples and compares their outputs. */
export async function measureAgreement(options: AgreementOptions): Promise<Agreement> {
  const { graph, float, quantized, look, samples, count, tolerance, signal, onProgress, isOver = () => false } = options
  const names = graph.outputs
  const choices = choicesOf(graph)
  const rows = placesAmong(graph, names)
  const likenesses: Likeness[][] = names.map(() => [])
  const watches = names.map((name) => watchElements(graph, name))
  const alive = { float: variety(names.length), quantized: variety(names.length) }
  const see = (wanted: readonly Tensor[], found: readonly Tensor[]): void => {
    alive.float.see(wanted)
    alive.quantized.see(found)
    watches.forEach((watch, k) => watch?.see(wanted[k]!, found[k]!))
  }
  let first: { readonly sample: ReadonlyMap<string, Tensor>; readonly wanted: readonly Tensor[] } | undefined
  let isAlike = true
  let [same, compared] = [0, 0]
  for (let i = 0; i < count && (i === 0 || !isOver()); i++) {
    signal.throwIfAborted()
    const sample = await samples.load(i)
    const [wanted, found] = [await float(sample), await quantized(sample)]
    const isOther = first !== undefined && !isSameSample(first.sample, sample)
    if (first === undefined || isOther) see(wanted, found)
    if (isOther) isAlike = false
    first ??= { sample, wanted }
    const fed = Math.max(0, ...[...sample.values()].map(({ data }) => magnitude(data)))
    const called = samples.describe?.(i) ?? `sample ${i + 1}`
    await look?.(sample, called)
    names.forEach((name, k) => {
      const row = rows.get(name)
      const places = row === undefined ? {} : { places: equalPlaces(found[k]!, wanted[k]!, row) }
      const reach = { input: fed, float: magnitude(wanted[k]!.data), quantized: magnitude(found[k]!.data) }
      likenesses[k]!.push({ ...outputLikeness(found[k]!, wanted[k]!), sample: called, reach, ...places })
    })
    if (largest(found[0]!.data) === largest(wanted[0]!.data)) same++
    compared = i + 1
    onProgress({ stage: 'compare', done: compared, total: count })
  }
  if (isAlike && compared === count) {
    for (const other of otherInputs(first!.sample)) {
      if (alive.float.allVary() && alive.quantized.allVary()) break
      signal.throwIfAborted()
      // A network need not take what no one has given it.
      try {
        see(await float(other), await quantized(other))
      } catch {}
    }
    signal.throwIfAborted()
  }
  const outputs = names.map((name, k): OutputAgreement => {
    const isSame = alive.float.isDead(k)
    if (isSame && mayChoose(choices.get(name), first!.wanted[k]!))
      return { ...agreementOf(name, likenesses[k]!, tolerance, undefined), unvaried: true }
    const agreed = agreementOf(name, likenesses[k]!, tolerance, isSame ? 'float' : alive.quantized.isDead(k) ? 'quantized' : undefined)
    const mute = watches[k]?.result()
    return mute === undefined ? agreed : { ...agreed, mute }
  })
  return {
    samples: compared,
    outputs,
    tolerance,
    passed: !areDead(outputs) && outputs.every(({ passed }) => passed),
    ...(isList(graph) && !rows.has(names[0]!) ? { sameTop1: same / compared } : {}),
  }
}

/** Whether no output depends on the input. */
export const areDead = (outputs: readonly OutputAgreement[]): boolean =>
  outputs.length > 0 && outputs.every(({ dead }) => dead !== undefined)

/** Whether all that could tell whether anything depends on the input are choices that do not vary. */
export const mayBeDead = (outputs: readonly OutputAgreement[]): boolean =>
  outputs.some(({ unvaried }) => unvaried) && outputs.every(({ dead, unvaried }) => dead !== undefined || unvaried)

/** The same, found to be dead. */
export const foundDead = (agreement: Agreement, dead: 'float' | 'quantized'): Agreement => ({
  ...agreement,
  outputs: agreement.outputs.map((each) => ({ ...each, dead: each.dead ?? dead })),
  passed: false,
})

/** The same, with what was found inside; nothing where all is finite there. */
export const foundLost = (agreement: Agreement, lostInside: LostInside | undefined): Agreement =>
  lostInside === undefined ? agreement : { ...agreement, lostInside, passed: false }

/** How one output agrees on one sample. */
interface Likeness extends OutputLikeness {
  readonly sample: string
  /** The largest finite magnitudes. */
  readonly reach: { readonly input: number; readonly float: number; readonly quantized: number }
  readonly places?: EqualPlaces
}

/** Half a step of eight bits, as a share of what an output reaches. */
const nothing = 1 / 512

/** How many times as loud an input is of which results of others look like nothing, although they are not. */
const outlying = 64

/**
 * The samples that say something: where a detector finds nothing, a similarity is one of noise that no code holds. All, where none does, and where the
 * results of the others are small because their inputs are, beside those of one that lies far out.
 */
function telling(all: readonly Likeness[]): readonly Likeness[] {
  const least = nothing * all.reduce((most, { reach }) => Math.max(most, reach.float), 0)
  const says = ({ reach, notFinite }: Likeness): boolean => notFinite > 0 || reach.float >= least || reach.quantized >= least
  const loudest = all.reduce((most, each) => (says(each) ? Math.max(most, each.reach.input) : most), 0)
  return all.some((each) => !says(each) && each.reach.input * outlying < loudest) ? all : all.filter(says)
}

function agreementOf(
  name: string,
  seen: readonly Likeness[],
  tolerance: readonly [cosine: number, euclidean: number],
  dead: OutputAgreement['dead'],
): OutputAgreement {
  // A place that is zero is one as any other.
  const all = seen.some(({ places }) => places !== undefined) ? seen : telling(seen)
  const { reach: _, places: fewest, ...worst } = all.reduce((least, each) => (isWorse(each, least) ? each : least))
  const middle = { cosine: median(all, 'cosine'), euclidean: median(all, 'euclidean'), sqnr: median(all, 'sqnr') }
  const places = placesOf(all)
  const isNear = places === undefined ? middle.cosine >= tolerance[0] && middle.euclidean >= tolerance[1] : shareOf(places) >= tolerance[1]
  const isLost = all.some(({ notFinite, cosine, sqnr }) => notFinite > 0 && cosine === 0 && sqnr === -100)
  return {
    name,
    ...middle,
    worst,
    silent: seen.length - all.length,
    notFinite: all.reduce((sum, { notFinite }) => sum + notFinite, 0),
    passed: !isLost && dead !== 'quantized' && isNear,
    ...(places === undefined || fewest === undefined ? {} : { places: { ...places, worst: fewest } }),
    ...(dead === undefined ? {} : { dead }),
  }
}

/** The places of all samples together; nothing of what is none. */
const placesOf = (all: readonly Likeness[]): EqualPlaces | undefined =>
  all.reduce<EqualPlaces | undefined>(
    (sum, { places }) =>
      places === undefined ? sum : { equal: (sum?.equal ?? 0) + places.equal, places: (sum?.places ?? 0) + places.places },
    undefined,
  )

function isWorse(a: Likeness, b: Likeness): boolean {
  if (a.places !== undefined && b.places !== undefined) return shareOf(a.places) < shareOf(b.places)
  return a.sqnr < b.sqnr || (a.sqnr === b.sqnr && a.cosine < b.cosine)
}

/** The middle one; of an even number the lesser of the two. */
function median(all: readonly OutputLikeness[], pick: 'cosine' | 'euclidean' | 'sqnr'): number {
  const sorted = all.map((each) => each[pick]).sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]!
}

/** Sees whether outputs change from input to input. */
function variety(count: number): { see(outputs: readonly Tensor[]): void; isDead(index: number): boolean; allVary(): boolean } {
  let first: readonly Tensor[] | undefined
  let runs = 0
  const changed = new Set<number>()
  return {
    see(outputs) {
      first ??= outputs
      runs++
      for (let k = 0; k < count; k++) if (!isSameTensor(first[k]!, outputs[k]!)) changed.add(k)
    },
    isDead: (index) => runs > 1 && !changed.has(index),
    allVary: () => changed.size === count,
  }
}

/** Whether the graph hands out one list of numbers. */
function isList({ outputs, values }: Graph): boolean {
  const { shape } = values.get(outputs[0]!)!.type
  return outputs.length === 1 && shape[0] === 1 && elementCount(shape) === shape.at(-1)!
}

function largest(values: Tensor['data']): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}
