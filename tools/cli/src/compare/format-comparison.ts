import type { Tensor } from '@q/ir'
import { alignTensors } from './align-tensors.ts'
import type { Comparison } from './compare-files.ts'
import type { TensorVerdict } from './compare-tensors.ts'
import { placesText } from './equal-places.ts'
import { numpyFloat, numpyType, pythonFloat, pythonTuple } from './python-text.ts'
import { finite } from './tensor-similarity.ts'

/** The two tensors of a verdict, for the details of one that failed. */
export interface ComparedTensors {
  readonly target?: Tensor | undefined
  readonly reference?: Tensor | undefined
}

/**
 * The lines that `npz_tool compare` prints for each tensor. `verbose` 1 adds the similarities, 2 the ten largest
 * elements of a tensor that failed, 3 the elements that differ, 4 all elements.
 */
export function formatVerdict(verdict: TensorVerdict, verbose: number, { target, reference }: ComparedTensors = {}): readonly string[] {
  const lines = [`[${verdict.name.padEnd(32)}] ${verdict.verdict.padStart(12)} [${verdict.passed ? 'PASSED' : 'FAILED'}]`]
  if (verbose > 0) {
    const { closeOrder, similarity, slice, places } = verdict
    lines.push(`    ${pythonTuple(verdict.shape)} ${numpyType(verdict.dtype)} `)
    if (closeOrder !== undefined) lines.push(`    close order            = ${closeOrder}`)
    if (places !== undefined) lines.push(`    places                 = ${placesText(places)}`)
    if (similarity !== undefined) {
      if (slice !== undefined) lines.push(`    channel ${slice.index} on axis ${slice.axis} :`)
      lines.push(`    cosine_similarity      = ${similarity.cosine.toFixed(6)}`)
      lines.push(`    euclidean_similarity   = ${similarity.euclidean.toFixed(6)}`)
      lines.push(`    sqnr_similarity        = ${Number.isFinite(similarity.sqnr) ? similarity.sqnr.toFixed(6) : 'inf'}`)
    }
  }
  if (verdict.dtype === 'i8' && target !== undefined) lines.push(...int8Statistics(target))
  if (verbose > 1 && !verdict.passed && target !== undefined && reference !== undefined) {
    lines.push(...details(verdict, verbose, target, reference))
  }
  return lines
}

/** The lines about tensors whose sizes differ, printed before all others. */
export function formatSizeWarnings({ verdicts }: Comparison): readonly string[] {
  return verdicts.flatMap(({ name, shape, otherShape, verdict }) => {
    if (otherShape === undefined) return []
    const [a, b] = [pythonTuple(shape), pythonTuple(otherShape)]
    const warning = `WARRING: not the same shape  ${a} v.s. ${b}`
    return verdict === 'NOT_MATCH' ? [warning, `Error: ${name} in two npz file is not same shape. ${a} v.s. ${b}`] : [warning]
  })
}

/** The closing lines: counts, least similarities, the two files, PASSED or FAILED. */
export function formatSummary(comparison: Comparison, targetFile: string, referenceFile: string): readonly string[] {
  return [...formatCounts(comparison), ...formatEnd(comparison, targetFile, referenceFile)]
}

/** How many tensors passed and failed, and the least similarities. */
export function formatCounts({ verdicts }: Comparison): readonly string[] {
  const count = (wanted: TensorVerdict['verdict']) => verdicts.filter(({ verdict }) => verdict === wanted).length
  const least = (pick: 'cosine' | 'euclidean' | 'sqnr', start: number) =>
    pythonFloat(verdicts.reduce((min, { similarity }) => (similarity === undefined ? min : Math.min(min, similarity[pick])), start))
  const failed = verdicts.filter((each) => !each.passed).length
  return [
    `${verdicts.length} compared`,
    `${verdicts.length - failed} passed`,
    `  ${count('EQUAL')} equal, ${count('CLOSE')} close, ${count('SIMILAR')} similar`,
    `${failed} failed`,
    `  ${count('NOT_EQUAL')} not equal, ${count('NOT_SIMLIAR')} not similar`,
    `min_similarity = (${least('cosine', 1)}, ${least('euclidean', 1)}, ${least('sqnr', Number.POSITIVE_INFINITY)})`,
  ]
}

/** The two files, and PASSED or FAILED. */
export function formatEnd({ passed }: Comparison, targetFile: string, referenceFile: string): readonly string[] {
  return [`Target    ${targetFile}`, `Reference ${referenceFile}`, passed ? 'npz compare PASSED.' : 'npz compare FAILED.']
}

/** The line `low` counts -128 too: in int8, where the original takes it, its absolute value is itself. */
function int8Statistics({ data }: Tensor): readonly string[] {
  const codes = Int8Array.from(data as Float32Array)
  const share = (test: (code: number) => boolean) => {
    const hits = codes.reduce((sum, code) => sum + (test(code) ? 1 : 0), 0)
    return `${(hits / codes.length).toFixed(4)}  [${hits}/${codes.length}]`
  }
  return [
    `    pos(x=127)    = ${share((code) => code === 127)}`,
    `    neg(x=-128)   = ${share((code) => code === -128)}`,
    `    zeros(x=0)    = ${share((code) => code === 0)}`,
    `    low(abs(x)<8) = ${share((code) => Math.abs(code) <= 8 || code === -128)}`,
  ]
}

function details({ slice, verdict }: TensorVerdict, verbose: number, target: Tensor, reference: Tensor): readonly string[] {
  const pair = alignTensors(target, reference)
  if (pair === undefined) return []
  const from = slice === undefined ? 0 : slice.index * slice.size
  const to = slice === undefined ? pair.target.length : from + slice.size
  const a = Array.from(pair.target.subarray(from, to), finite)
  const b = Array.from(pair.reference.subarray(from, to), finite)
  const text = pair.type === 'float32' ? numpyFloat : String
  const others = largest(b, 10)
  const lines = ['top-k:', ' idx-t  target  idx-r  ref']
  for (const [k, i] of largest(a, 10).entries()) lines.push(`  ${i} ${text(a[i]!)} ${others[k]} ${text(b[others[k]!]!)}`)
  if (verbose > 2 && verdict !== 'NOT_EQUAL') {
    lines.push('all-diffs:', ' idx  target  ref')
    a.forEach((x, i) => {
      if (Math.abs(x - b[i]!) > 1e-3 + 1e-3 * Math.abs(b[i]!)) lines.push(`  ${i} ${text(x)} ${text(b[i]!)}`)
    })
  }
  if (verbose > 3) {
    lines.push('all-elements:', ' idx  target  ref')
    a.forEach((x, i) => void lines.push(`  (${i},) ${text(x)} ${text(b[i]!)}`))
  }
  return lines
}

/** Places of the largest elements, the largest first. */
export function largest(values: ArrayLike<number>, count: number): readonly number[] {
  return Array.from(values, (_, i) => i)
    .sort((i, j) => values[j]! - values[i]! || i - j)
    .slice(0, count)
}
