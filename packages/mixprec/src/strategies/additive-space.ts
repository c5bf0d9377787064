import {
  layerOf,
  type ObservedRange,
  type Question,
  type SearchResult,
  type SearchSpace,
  type SearchStep,
  type SearchStrategy,
  samplesOf,
  type TrialLosses,
} from '@q/ir'
import { nullBackend } from '@q/ir/conformance'

/** A layer whose loss in codes is known: what it is of, what it costs, what it reads. */
export interface AdditiveLayer {
  readonly type?: string
  readonly cost: number
  readonly operations?: number
  /** @default the layer before */
  readonly from?: string
}

/** A network in which losses add up over the layers of codes. A threshold that is not 1 makes a layer's loss as many times as large. */
export function additiveSpace(
  layers: Readonly<Record<string, AdditiveLayer>>,
  methods: Readonly<Record<string, number>> = {},
): SearchSpace {
  const names = Object.keys(layers)
  const rows = (threshold: number): ReadonlyMap<string, ObservedRange> =>
    new Map(names.map((name) => [name, { threshold, min: -1, max: 1 }]))
  const nodes = names.map((name, i) => {
    const { type = 'top.Conv', from = names[i - 1] ?? 'x' } = layers[name]!
    return { op: type, inputs: [from], outputs: [name], attrs: {} }
  })
  return {
    graph: { name: 'net', inputs: [{ name: 'x' }], outputs: [names.at(-1)!], nodes, values: new Map(), ops: new Map(), properties: {} },
    target: nullBackend().target,
    layers: nodes.map((node) => ({
      name: layerOf(node),
      type: node.op,
      modes: ['INT8', 'F16'],
      hasCodes: true,
      operations: layers[layerOf(node)]!.operations ?? 1,
    })),
    mode: 'INT8',
    floatMode: 'F16',
    pinned: new Map(),
    table: rows(1),
    methods: new Map(Object.entries(methods).map(([method, threshold]) => [method, rows(threshold)])),
    samples: 8,
  }
}

/**
 * Drives a strategy over such a network.
 *
 * @param more what layers in codes cost beside that: a plan and the threshold of a layer tell
 */
export function searchAdditive(
  strategy: SearchStrategy,
  space: SearchSpace,
  layers: Readonly<Record<string, AdditiveLayer>>,
  more: (trial: Question['trials'][number]) => number = () => 0,
) {
  const steps: SearchStep[] = []
  const answer = (ask: Question, trial: Question['trials'][number]): TrialLosses => {
    const { metrics } = ask
    const { plan, ranges } = trial
    const own = (name: string) => (plan.has(name) ? 0 : layers[name]!.cost * (ranges?.get(name)?.threshold ?? 1))
    const mean = Object.keys(layers).reduce((sum, name) => sum + own(name), more(trial))
    const each = samplesOf(ask, space.samples).map(() => mean)
    const losses = Object.fromEntries(metrics.map((metric) => [metric, { mean, samples: each, outputs: [] }]))
    return { losses, layers: new Map(Object.keys(layers).map((name) => [name, { cosine: own(name) }])) }
  }
  const search = strategy.search(space)
  let step = search.next()
  while (step.done !== true) {
    steps.push(step.value)
    const { ask } = step.value
    step = search.next(ask.trials.map((trial) => answer(ask, trial)))
  }
  const result: SearchResult = step.value
  const notes = [...steps.flatMap((each) => each.notes ?? []), ...(result.notes ?? [])].map(({ text }) => text)
  return { result, notes, steps, floats: [...result.trial.plan.keys()] }
}

/** Drives a part of a search; what a trial loses on a sample, or on all where none is told, is handed in. */
export function driven<Learned>(
  part: Generator<SearchStep, Learned, readonly TrialLosses[]>,
  loss: (trial: Question['trials'][number], sample: number | undefined) => number,
) {
  const steps: SearchStep[] = []
  let step = part.next()
  while (step.done !== true) {
    steps.push(step.value)
    const { ask } = step.value
    step = part.next(
      ask.trials.map((trial) => {
        const each = ask.samples === undefined ? [loss(trial, undefined)] : samplesOf(ask, 0).map((sample) => loss(trial, sample))
        const mean = each.reduce((sum, one) => sum + one, 0) / each.length
        return {
          losses: Object.fromEntries(ask.metrics.map((metric) => [metric, { mean, samples: each, outputs: [] }])),
          layers: new Map(),
        }
      }),
    )
  }
  return { learned: step.value, steps }
}
