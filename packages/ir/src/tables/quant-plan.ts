import type { Diagnostic } from '../errors.ts'
import type { QuantMode } from './quant-mode.ts'

/** What a plan asks of one layer. */
export interface QuantPlanEntry {
  readonly mode: QuantMode
  /** Weights that share a scale, for modes with weight groups. */
  readonly groupSize?: number
}

/** One line of a plan as read, with its text (without the line feed) to print it back. */
export type QuantPlanLine =
  | { readonly kind: 'comment' | 'blank'; readonly text: string }
  | { readonly kind: 'entry'; readonly name: string; readonly entry: QuantPlanEntry; readonly text: string }

/** The comment lines at the top that carry a value. All are strings as printed; a missing one was not there. */
export interface QuantPlanHeader {
  readonly generatedTime?: string
  readonly samples?: string
  readonly chip?: string
  readonly mixMode?: string
}

/**
 * Which layers get which precision (TPU-MLIR's qtable); layers it does not name keep the precision of the whole model.
 *
 * Plain data. `lines` remembers the source text, so that a plan that was read prints back byte for byte.
 */
export interface QuantPlan {
  /** By layer name, in file order; of several lines for one name the last counts. */
  readonly entries: ReadonlyMap<string, QuantPlanEntry>
  readonly header: QuantPlanHeader
  /** Fingerprint of the graph the plan was made for, from a `# q fingerprint:` comment; several where such comments contradict each other. */
  readonly fingerprints: readonly string[]
  readonly lines: readonly QuantPlanLine[]
  readonly endsWithNewline: boolean
  readonly diagnostics: readonly Diagnostic[]
}

/** The text of a plan: of one that was read, the very text it was read from. */
export function formatQuantPlan(plan: QuantPlan): string {
  return plan.lines.map((line) => line.text).join('\n') + (plan.endsWithNewline ? '\n' : '')
}
