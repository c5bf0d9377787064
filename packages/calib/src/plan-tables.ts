import type { Diagnostic, Graph, ObservedRange, ObserverFactory } from '@q/ir'
import { edgesOf } from '@q/ir/graph'
import type { CalibratedValue } from './layers.ts'
import type { Watch, WatchResult } from './observe/watch.ts'
import type { MethodSpec } from './observers/method.ts'
import { activationInputs } from './tuning/plan-searches.ts'

/** A method of this package, or one of the caller's. */
export type AnyMethod = MethodSpec | ObserverFactory

/** The rows of a method's table, in the order of the values. */
export interface TableRows {
  readonly ranges: readonly ObservedRange[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What has to be watched for some tables, each thing once, and how the tables follow. */
export interface TablesPlan {
  readonly watches: readonly Watch<AnyMethod>[]
  /** The tables of the methods, in their order, from what the watches learned, in theirs. */
  tables(results: readonly WatchResult[]): readonly TableRows[]
}

/** Adds a watch, unless there is one, and returns its place. */
type Watching = (value: number, method: AnyMethod) => number
/** The results that are the rows of a table, from those of all watches. */
type RowsOf = (results: readonly WatchResult[]) => readonly WatchResult[]

/** Plans one pass for the tables of several methods. */
export function planTables(graph: Graph, values: readonly CalibratedValue[], methods: readonly AnyMethod[]): TablesPlan {
  const watches: Watch<AnyMethod>[] = []
  const places = values.map((): number[] => [])
  const watching = (value: number, method: AnyMethod): number => {
    const there = places[value]!.find((place) => isSame(watches[place]!.method, method))
    if (there !== undefined) return there
    const place = watches.push({ value, method }) - 1
    places[value]!.push(place)
    return place
  }
  const tables = methods.map((method) =>
    !('create' in method) && clippingMethods.has(method.name)
      ? planClipping(graph, values, method, watching)
      : planPlain(values, method, watching),
  )
  return {
    watches,
    tables: (results) =>
      tables.map((rowsOf) => {
        const rows = rowsOf(results)
        return { ranges: rows.map(({ range }) => range), diagnostics: rows.flatMap(({ diagnostics }) => diagnostics) }
      }),
  }
}

function planPlain(values: readonly CalibratedValue[], method: AnyMethod, watching: Watching): RowsOf {
  const places = values.map((_, value) => watching(value, method))
  return (results) => places.map((place) => results[place]!)
}

/** The values at the end that may keep their whole range. */
const mostTailValues = 5
/** Nodes whose result is the first, from the end, that may. */
const tailStarts: readonly string[] = ['Conv', 'MatMul']

/** Methods that clip each sample by itself. */
const clippingMethods: ReadonlySet<string> = new Set(['mse', 'aciq_gauss', 'aciq_laplace'])

/**
 * The table of such a method, in which some values keep their largest magnitude as threshold, as TPU-MLIR 1.30.2 has it: those that nothing is
 * computed from (inputs), and the last five values, from the end up to the first convolution or matrix product, or up to the first whose
 * magnitudes reach beyond their percentile; see {@link percentileDepth}.
 */
function planClipping(graph: Graph, values: readonly CalibratedValue[], method: MethodSpec, watching: Watching): RowsOf {
  const { producer } = edgesOf(graph)
  const [wholeRange, percentile] = [named('max', method), named('magnitude-percentile', method)]
  const tail = values
    .map((_, value) => value)
    .slice(-mostTailValues)
    .reverse()
  const whole = new Map(tail.map((value) => [value, { max: watching(value, wholeRange), percentile: watching(value, percentile) }]))
  const places = values.map(({ name }, value) => {
    const node = producer.get(name)
    const isInput = node === undefined || (node.outputs.length === 1 && activationInputs(graph, node).length === 0)
    return watching(value, isInput ? wholeRange : method)
  })
  return (results) => {
    const rows = places.map((place) => results[place]!)
    for (const value of tail) {
      const { max, percentile: reach } = whole.get(value)!
      if (!isWholeRange(results[reach]!.range)) break
      rows[value] = results[max]!
      if (tailStarts.includes(producer.get(values[value]!.name)?.op ?? '')) break
    }
    return rows
  }
}

/** Magnitudes up to this count as zeros, which have no percentile to compare. */
const smallestMagnitude = 1e-5

/** Whether the percentile of the magnitudes is the largest of them. */
function isWholeRange({ threshold, min, max }: ObservedRange): boolean {
  const magnitude = Math.max(Math.abs(min), Math.abs(max))
  return magnitude > smallestMagnitude && threshold === magnitude
}

function named(name: string, { bins }: MethodSpec): MethodSpec {
  return { name, bins }
}

function isNamed(method: AnyMethod, name: string): method is MethodSpec {
  return !('create' in method) && method.name === name
}

function isSame(a: AnyMethod, b: AnyMethod): boolean {
  return a === b || (!('create' in a) && isNamed(b, a.name))
}
