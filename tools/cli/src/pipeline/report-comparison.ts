import type { Tensor } from '@q/ir'
import type { Comparison } from '../compare/compare-files.ts'
import { formatSummary, formatVerdict } from '../compare/format-comparison.ts'
import type { Reporter } from '../console/reporter.ts'

/** Prints a comparison: every tensor with its similarities, the counts, and the tensors that miss by name. */
export function reportComparison(
  comparison: Comparison, reporter: Reporter, targetFile: string, referenceFile: string, target?: ReadonlyMap<string, Tensor>, verbose = 2,
): void {
  for (const verdict of comparison.verdicts) {
    for (const line of formatVerdict(verdict, verbose, target?.get(verdict.name))) reporter.print(line)
  }
  for (const line of formatSummary(comparison, targetFile, referenceFile)) reporter.print(line)
  reporter.event('comparison', { target: targetFile, reference: referenceFile, passed: comparison.passed, tensors: comparison.verdicts })
}
