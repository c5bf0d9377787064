import type { ResolveSettings } from '../contracts/backend.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { RangeImport, Target } from '../contracts/target.ts'
import { QError } from '../errors.ts'
import { edgesOf, valueOf } from '../graph/edges.ts'
import { formOf } from '../graph/op-form.ts'
import type { Graph, Node, Range, Value } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { hasOneReading, readingOf } from './row-reading.ts'

/** Ranges by layer name, as a calibration table holds them. */
export type RangeTable = ReadonlyMap<string, ObservedRange>

const nothing: ObservedRange = { threshold: 0, min: 0, max: 0 }

/**
 * Gives every computed value its calibrated range from the table, by the rule of the operator that makes it
 * (`Target.rangeImport`), as the mode of the graph reads rows. Values without a row stay without a range.
 *
 * @throws QError `RANGE_INVALID` when a row gives a reversed range, or an empty one and all modes of the target read rows alike: else its layer may have a mode
 *   in which it is none
 */
export function importRanges(graph: Graph, table: RangeTable, target: Target, settings: ResolveSettings): Graph {
  const values = new Map(graph.values)
  const importer = rangeImporter(graph, target, settings)
  for (const name of importer.names) {
    const value = valueOf(graph, name)
    const range = importer.imported(name, table.get(name))
    const { range: _, ...bare } = value.type
    values.set(name, { ...value, type: range === undefined ? bare : { ...bare, range } } satisfies Value)
  }
  return { ...graph, values }
}

/** Makes ranges of rows, one value at a time. */
export interface RangeImporter {
  /** Values that can have a range: inputs, those of whole numbers too, then results in graph order. */
  readonly names: readonly string[]
  /**
   * The range of a value whose layer is resolved in a mode.
   *
   * @param mode that of the graph unless given
   * @throws QError `RANGE_INVALID`
   */
  rangeOf(name: string, row: ObservedRange | undefined, mode?: QuantMode): Range | undefined
  /** The range before the modes of layers are known: see {@link importRanges}. @throws QError `RANGE_INVALID` */
  imported(name: string, row: ObservedRange | undefined): Range | undefined
}

/** How ranges are read for the values of a graph: see {@link importRanges}. */
export function rangeImporter(graph: Graph, target: Target, settings: ResolveSettings): RangeImporter {
  const { producer } = edgesOf(graph)
  const mayBeEmpty = !hasOneReading(target, settings)
  const read = (name: string, row: ObservedRange, mode: QuantMode, isEmptyRefused: boolean): Range | undefined => {
    if (isReversed(row)) throw invalid(name, row, 'calibrate again, or mend this row of the calibration table')
    const node = producer.get(name)
    const reading = readingOf(target, mode, settings)
    const range = rangeOf(row, ruleOf(graph, node, target), node, reading === 'ends', producer, target)
    if (range === undefined) return undefined
    const made = reading === 'balanced' ? { min: -range.max, max: range.max } : range
    if (made.min < made.max || !isEmptyRefused) return made
    throw invalid(
      name,
      made,
      `the layer was constant over the calibration samples: calibrate with more samples, or ${reading === 'ends' ? 'quantize it symmetrically' : 'keep it in a float mode'}`,
    )
  }
  return {
    names: [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)],
    rangeOf: (name, row = nothing, mode = settings.mode) => read(name, row, mode, true),
    imported: (name, row = nothing) => read(name, row, settings.mode, !mayBeEmpty),
  }
}

function ruleOf(graph: Graph, node: Node | undefined, target: Target): RangeImport {
  if (node === undefined) return 'observed'
  return target.rangeImport?.[formOf(node, (name) => valueOf(graph, name))] ?? 'observed'
}

function rangeOf(
  { threshold: th, min, max }: ObservedRange,
  rule: RangeImport,
  node: Node | undefined,
  asymmetric: boolean,
  producer: ReadonlyMap<string, Node>,
  target: Target,
): Range | undefined {
  if (rule === 'unit' || (rule === 'unit-unless-log' && node?.attrs.log !== true)) return { min: 0, max: 1 }
  if (th === 0 && min === 0 && max === 0) return undefined
  const signed = min < 0
  const fused = node?.attrs.relu === true
  switch (rule) {
    case 'symmetric':
      return { min: -th, max: th }
    case 'difference':
      return { min: signed ? -th : -1e-5, max: th }
    case 'product':
      return { min: signed && !fused && !neverNegative(node!, producer, target) ? -th : 0, max: th }
    default:
      break
  }
  const range = asymmetric ? { min, max } : { min: signed ? -th : 0, max: th }
  return fused ? { min: 0, max: range.max } : range
}

/** Whether a product cannot be negative: a square, or factors that come from operators without negative results. */
function neverNegative(node: Node, producer: ReadonlyMap<string, Node>, target: Target): boolean {
  if (node.inputs.every((name) => name === node.inputs[0])) return true
  const kinds = target.nonNegativeOps ?? []
  return node.inputs.every((name) => name !== undefined && kinds.some((op) => op === producer.get(name)?.op))
}

/** What is no number, or a least value above the largest. Tables have `inf` and `-inf` where neither was observed: that says nothing wrong. */
function isReversed({ threshold, min, max }: ObservedRange): boolean {
  if ([threshold, min, max].some(Number.isNaN)) return true
  return min > max && !(min === Number.POSITIVE_INFINITY && max === Number.NEGATIVE_INFINITY)
}

function invalid(name: string, { min, max }: Range, hint: string): QError {
  return new QError('RANGE_INVALID', `the layer ${name} has no usable range`, {
    at: [name],
    found: `${min} to ${max}`,
    wanted: 'a least value below the largest',
    hint,
  })
}
