import type { ObservedRange } from '../contracts/observer.ts'
import { samplesOf } from '../contracts/question-samples.ts'
import type { Loss, Question, SearchLayer, SearchSpace, Trial, TrialLosses } from '../contracts/strategy.ts'
import { defineTarget, type OpModes, type Target } from '../contracts/target.ts'
import { QError } from '../errors.ts'
import { layerOf } from '../graph/edges.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Graph } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { f32, node, smallGraph, smallSchemes } from './small-graph.ts'

/** Three modes; `Sigmoid` has no integer one. */
const target: Target = defineTarget({
  name: 'small',
  modes: ['INT8', 'F16', 'F32'],
  schemes: smallSchemes,
  defaultFloat: 'F16',
  floatModes: ['F16', 'F32'],
  ops: {
    Relu: { INT8: 'INT8', F16: 'F16', F32: 'F32' },
    Add: { INT8: 'INT8', F16: 'F16', F32: 'F32' },
    Sigmoid: { F16: 'F16', F32: 'F32' },
  },
  rangeSteps: [],
  tolerance: {},
})

/** Six layers in a chain with one side branch. */
const graph: Graph = smallGraph({
  stage: 'float',
  values: Object.fromEntries(['x', 'a', 'b', 'c', 'd', 'e', 'y'].map((name) => [name, { type: f32(1, 4) }])),
  nodes: [
    node('Relu', ['x'], ['a']),
    node('Relu', ['a'], ['b']),
    node('Sigmoid', ['b'], ['c']),
    node('Add', ['a', 'c'], ['d']),
    node('Relu', ['d'], ['e']),
    node('Add', ['e', 'b'], ['y']),
  ],
  outputs: ['y'],
})

/** What a layer of codes costs with the table's range; the sixth is the worst. */
const harm: Readonly<Record<string, number>> = { a: 0.01, b: 0.02, d: 0.04, e: 0.08, y: 0.5 }

/** What the harm is multiplied with for the threshold in use: 3 is the best. */
const factorOf = (range: ObservedRange | undefined): number => 0.5 + 0.25 * Math.abs((range?.threshold ?? 4) - 3)

const rows = (threshold: number): ReadonlyMap<string, ObservedRange> =>
  new Map([...graph.values.keys()].map((name) => [name, { threshold, min: -threshold, max: threshold }]))

/** The space of the six layers, all of whose ranges are open to two methods, the second of which is better. */
export function smallSpace(): SearchSpace {
  return {
    graph,
    target,
    layers: graph.nodes.map((each): SearchLayer => {
      const modes: OpModes = target.ops[each.op as OpForm] ?? {}
      const names = Object.keys(modes) as readonly QuantMode[]
      return { name: layerOf(each), type: `top.${each.op}`, modes: names, hasCodes: names.includes('INT8'), operations: 4 }
    }),
    mode: 'INT8',
    floatMode: 'F16',
    pinned: new Map(),
    table: rows(4),
    methods: new Map([
      ['wide', rows(5)],
      ['near', rows(3)],
    ]),
    samples: 4,
  }
}

/** The same without a layer. */
export function emptySpace(): SearchSpace {
  return { ...smallSpace(), graph: { ...graph, nodes: [], outputs: ['x'] }, layers: [] }
}

const isCodes = (layer: string, { plan }: Trial): boolean => harm[layer] !== undefined && (plan.get(layer) ?? 'INT8') === 'INT8'

/** How many layers there are before this one, itself included. */
const depth = new Map(graph.nodes.map((each, i) => [layerOf(each), i + 1]))

/** What layers up to `last` cost together, of one sample; samples differ by a few per cent. */
function harmOf(trial: Trial, layers: readonly string[], sample: number): number {
  const each = layers.map((layer) => (isCodes(layer, trial) ? harm[layer]! * factorOf(trial.ranges?.get(layer)) : 0))
  return each.reduce((sum, harmful) => sum + harmful, 0) * (1 + 0.02 * ((sample % 3) - 1))
}

/** Answers a question in closed form: losses add up over the layers of codes, and grow with the distance of a threshold from 3. */
export function answer({ trials, samples, metrics, layers = [], outputs = true }: Question, space: SearchSpace): readonly TrialLosses[] {
  const names = space.layers.map(({ name }) => name)
  const span = samplesOf({ ...(samples && { samples }) }, space.samples)
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length
  return trials.map((trial) => {
    const each = span.map((sample) => harmOf(trial, names, sample))
    const loss: Loss = { mean: mean(each), samples: each, outputs: [{ name: 'y', mean: mean(each), groups: [mean(each)] }] }
    const known = layers.filter((layer) => names.includes(layer))
    const own = (layer: string): number => mean(span.map((sample) => harmOf(trial, names.slice(0, depth.get(layer)), sample)))
    return {
      losses: outputs ? Object.fromEntries(metrics.map((metric) => [metric, loss])) : {},
      layers: new Map(known.map((layer) => [layer, Object.fromEntries(metrics.map((metric) => [metric, own(layer)]))])),
    }
  })
}

/** The answer for trials that cannot be resolved. */
export function failures({ trials, metrics, outputs = true }: Question): readonly TrialLosses[] {
  const infinite: Loss = { mean: Number.POSITIVE_INFINITY, samples: [], outputs: [] }
  return trials.map(() => ({
    losses: outputs ? Object.fromEntries(metrics.map((metric) => [metric, infinite])) : {},
    layers: new Map(),
    failure: new QError('SMALL_FAILURE', 'this trial cannot be resolved'),
  }))
}
