import type { Executor, Graph, OnProgress, QuantMode, Resolved, SampleSource, Tensor } from '@q/ir'
import { apartLayers } from './apart-layers.ts'
import { dumpTensors } from './dump-tensors.ts'
import { isSameSample, isSameTensor, otherInputs } from './other-inputs.ts'
import { activationNames, type OpenGraph, openGraph } from './run-graph.ts'

/** What a quantized layer loses, over all samples. */
export interface LayerError {
  readonly layer: string
  readonly op: string
  readonly mode: QuantMode
  /** Signal to noise of what the layer makes of the float model's operands, in dB from -100 to 100; absent where it cannot be run alone. */
  readonly own?: number
  /** The same with everything before it quantized too. */
  readonly accumulated: number
  /** Numbers it makes that are NaN or infinite where the float model's are finite. */
  readonly notFinite: number
  /** Those of them that it makes of the float model's operands by itself. */
  readonly ownNotFinite: number
  /** The largest magnitude of the float model there. */
  readonly largest: number
  /** Whose tensor is the same for every input although an operand is not. */
  readonly dead?: 'float' | 'quantized'
}

/** What {@link layerErrors} runs. */
export interface LayerErrorOptions {
  readonly graph: Graph
  readonly float: Executor
  readonly resolved: Resolved
  /** Mode of layers that the plan in effect does not name. */
  readonly mode: QuantMode
  readonly exact: Executor
  readonly samples: SampleSource
  readonly count: number
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
  /** Whether to end with what is known. @default all samples are looked at */
  readonly isOver?: (() => boolean) | undefined
}

/** Errors of every layer that both graphs have, in the order of the float graph; nothing where there was no time for one sample. */
export async function layerErrors(options: LayerErrorOptions): Promise<readonly LayerError[] | undefined> {
  const { graph, float, resolved, mode, exact, samples, count, signal, onProgress, isOver = () => false } = options
  if (isOver()) return undefined
  const quantized = resolved.graph
  const names = activationNames(graph).filter((name) => quantized.values.has(name))
  const known = new Set(names)
  const tallies = new Map(names.map((name) => [name, tally()]))
  const apart = apartLayers(quantized, names, known, exact)
  const open: OpenGraph[] = []
  try {
    open.push(await openGraph(graph, float, activationNames(graph)))
    open.push(await openGraph(quantized, exact, names))
    const [floats, codes] = open as [OpenGraph, OpenGraph]
    const made = async (inputs: Tensors) => ({
      wanted: await floats.run(inputs),
      found: dumpTensors(quantized, await codes.run(inputs), 'floats'),
    })
    let first: Tensors | undefined
    let isAlike = true
    for (let i = 0; i < count && (i === 0 || !isOver()); i++) {
      const sample = await samples.load(i)
      if (first !== undefined && !isSameSample(first, sample)) isAlike = false
      first ??= sample
      const { wanted, found } = await made(sample)
      for (const name of names) tallies.get(name)!.see(wanted.get(name)!, found.get(name)!)
      signal.throwIfAborted()
      // Layers that were run on more samples than others are told as well: what they lose is a ratio.
      for (const [name, alone] of await apart.run(wanted, isOver)) tallies.get(name)!.seeAlone(wanted.get(name)!, alone)
      if (i === 0 && isOver()) return undefined
      onProgress({ stage: 'worst layers', done: i + 1, total: count })
    }
    for (const other of isAlike ? otherInputs(first!) : []) {
      signal.throwIfAborted()
      // A network need not take what no one has given it.
      const outcome = await made(other).catch(() => undefined)
      if (outcome === undefined) continue
      for (const name of names) tallies.get(name)!.follow(outcome.wanted.get(name)!, outcome.found.get(name)!)
    }
  } finally {
    await Promise.all([...open, apart].map((each) => each.close()))
  }
  const stateOf = (name: string) => tallies.get(name)?.state()
  return graph.nodes.flatMap((node): readonly LayerError[] => {
    const layer = node.outputs.find((name) => known.has(name))
    if (layer === undefined) return []
    const { isSame, ...numbers } = stateOf(layer)!
    const operands = node.inputs.flatMap((name) => (name === undefined ? [] : (stateOf(name) ?? [])))
    const dies = (side: 'float' | 'quantized') => isSame[side] && operands.some((operand) => !operand.isSame[side])
    const dead = dies('float') ? 'float' : dies('quantized') ? 'quantized' : undefined
    return [{ layer, op: node.op, mode: resolved.plan.get(layer) ?? mode, ...numbers, ...(dead === undefined ? {} : { dead }) }]
  })
}

type Tensors = ReadonlyMap<string, Tensor>

/** Sums up what one value loses. */
function tally() {
  const sums = { own: { energy: 0, noise: 0 }, accumulated: { energy: 0, noise: 0 } }
  let ran = false
  let notFinite = 0
  let ownNotFinite = 0
  let largest = 0
  const first: { float?: Tensor; quantized?: Tensor } = {}
  const isSame = { float: true, quantized: true }
  const add = (sum: { energy: number; noise: number }, wanted: Tensor, found: Tensor) => {
    for (let i = 0; i < wanted.data.length; i++) {
      const b = Number(wanted.data[i])
      const difference = Number(found.data[i]) - b
      if (!Number.isFinite(difference)) continue
      sum.energy += b * b
      sum.noise += difference * difference
    }
  }
  const followOn = (side: 'float' | 'quantized', tensor: Tensor) => {
    const before = first[side]
    if (before === undefined) first[side] = tensor
    else if (isSame[side]) isSame[side] = isSameTensor(tensor, before)
  }
  const follow = (wanted: Tensor, found: Tensor) => {
    followOn('float', wanted)
    followOn('quantized', found)
  }
  return {
    /** Sees whether a value changes, and not what it loses. */
    follow,
    see(wanted: Tensor, found: Tensor) {
      follow(wanted, found)
      add(sums.accumulated, wanted, found)
      for (const each of wanted.data) if (Number.isFinite(Number(each))) largest = Math.max(largest, Math.abs(Number(each)))
      notFinite += lostIn(wanted, found)
    },
    seeAlone(wanted: Tensor, found: Tensor) {
      ran = true
      add(sums.own, wanted, found)
      ownNotFinite += lostIn(wanted, found)
    },
    state: () => ({
      accumulated: decibels(sums.accumulated),
      ...(ran ? { own: decibels(sums.own) } : {}),
      notFinite,
      ownNotFinite,
      largest,
      isSame,
    }),
  }
}

/** Numbers that are NaN or infinite where they should not be. */
function lostIn({ data: wanted }: Tensor, { data: found }: Tensor): number {
  let lost = 0
  for (let i = 0; i < wanted.length; i++) if (Number.isFinite(Number(wanted[i])) && !Number.isFinite(Number(found[i]))) lost++
  return lost
}

function decibels({ energy, noise }: { readonly energy: number; readonly noise: number }): number {
  return noise === 0 ? 100 : Math.max(-100, Math.min(100, 10 * Math.log10(energy / noise)))
}
