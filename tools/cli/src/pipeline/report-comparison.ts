import type { Tensor } from '@q/ir'
import type { Comparison } from '../compare/compare-files.ts'
import { placesText } from '../compare/equal-places.ts'
import { formatSizeWarnings, formatSummary, formatVerdict } from '../compare/format-comparison.ts'
import { countText } from '../console/count-text.ts'
import type { Reporter } from '../console/reporter.ts'

/** The two sides of a comparison: their tensors, and what they are called. */
export interface ComparedSides {
  readonly target: ReadonlyMap<string, Tensor>
  readonly reference: ReadonlyMap<string, Tensor>
  readonly targetFile: string
  readonly referenceFile: string
}

/**
 * Prints a comparison of model tensors: every tensor with its similarities, the counts, and the names of those that miss.
 *
 * @param isShown which tensors are printed where they pass; those that fail always are. @default all
 */
export function reportComparison(
  comparison: Comparison,
  reporter: Reporter,
  sides: ComparedSides,
  isShown: (name: string) => boolean = () => true,
): void {
  const { target, reference, targetFile, referenceFile } = sides
  for (const line of formatSizeWarnings(comparison)) reporter.print(line)
  for (const verdict of comparison.verdicts.filter(({ name, passed }) => !passed || isShown(name))) {
    const { name } = verdict
    for (const line of formatVerdict(verdict, 2, { target: target.get(name), reference: reference.get(name) })) reporter.print(line)
  }
  for (const line of formatSummary(comparison, targetFile, referenceFile)) reporter.print(line)
  const missed = comparison.verdicts.filter(({ passed }) => !passed)
  const more = missed.length > mostNamed ? `; and ${missed.length - mostNamed} more` : ''
  if (missed.length > 0) reporter.note(`missed the tolerance: ${missed.slice(0, mostNamed).map(missedLine).join('; ')}${more}`)
  reporter.event('comparison', { target: targetFile, reference: referenceFile, passed: comparison.passed, tensors: comparison.verdicts })
}

/** Of tensors that miss, how many a line names. */
const mostNamed = 10

function missedLine({ name, similarity, verdict, places, notFinite = 0 }: Comparison['verdicts'][number]): string {
  if (notFinite > 0) return `${name} (${countText(notFinite, 'number')} NaN or infinite)`
  if (places !== undefined) return `${name} (${placesText(places)})`
  if (similarity === undefined) return `${name} (${verdict === 'NOT_MATCH' ? 'another shape' : 'not equal'})`
  return `${name} (cosine ${similarity.cosine.toFixed(6)}, euclidean ${similarity.euclidean.toFixed(6)})`
}
