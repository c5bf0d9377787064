import type { Tensor } from '@q/ir'
import type { Comparison } from './compare-files.ts'
import type { TensorVerdict } from './compare-tensors.ts'

/** The lines that `npz_tool compare` prints for each tensor. `verbose` 1 adds the similarities. */
export function formatVerdict(verdict: TensorVerdict, verbose: number, target?: Tensor): readonly string[] {
  const lines = [`[${verdict.name.padEnd(32)}] ${verdict.verdict.padStart(12)} [${verdict.passed ? 'PASSED' : 'FAILED'}]`]
  if (verbose > 0) {
    lines.push(`    (${verdict.shape.join(', ')}${verdict.shape.length === 1 ? ',' : ''}) ${verdict.integers ? 'int8' : 'float32'} `)
    if (verdict.closeOrder !== undefined) lines.push(`    close order            = ${verdict.closeOrder}`)
    if (verdict.similarity !== undefined) {
      lines.push(`    cosine_similarity      = ${verdict.similarity.cosine.toFixed(6)}`)
      lines.push(`    euclidean_similarity   = ${verdict.similarity.euclidean.toFixed(6)}`)
      lines.push(`    sqnr_similarity        = ${formatSqnr(verdict.similarity.sqnr)}`)
    }
  }
  if (verdict.integers && target !== undefined) lines.push(...int8Statistics(target))
  return lines
}

/** The closing lines: counts, least similarities, the two files, PASSED or FAILED. */
export function formatSummary({ verdicts, passed }: Comparison, targetFile: string, referenceFile: string): readonly string[] {
  const count = (wanted: TensorVerdict['verdict']) => verdicts.filter(({ verdict }) => verdict === wanted).length
  const least = (pick: 'cosine' | 'euclidean' | 'sqnr', start: number) =>
    verdicts.reduce((min, { similarity }) => (similarity === undefined ? min : Math.min(min, similarity[pick])), start)
  const failed = verdicts.filter((each) => !each.passed).length
  const python = (value: number) => (Number.isFinite(value) ? (Number.isInteger(value) ? value.toFixed(1) : String(value)) : 'inf')
  return [
    `${verdicts.length} compared`,
    `${verdicts.length - failed} passed`,
    `  ${count('EQUAL')} equal, ${count('CLOSE')} close, ${count('SIMILAR')} similar`,
    `${failed} failed`,
    `  ${count('NOT_EQUAL')} not equal, ${count('NOT_SIMLIAR')} not similar`,
    `min_similarity = (${python(least('cosine', 1))}, ${python(least('euclidean', 1))}, ${python(least('sqnr', Number.POSITIVE_INFINITY))})`,
    `Target    ${targetFile}`,
    `Reference ${referenceFile}`,
    passed ? 'npz compare PASSED.' : 'npz compare FAILED.',
  ]
}

function formatSqnr(sqnr: number): string {
  return Number.isFinite(sqnr) ? sqnr.toFixed(6) : 'inf'
}

function int8Statistics(tensor: Tensor): readonly string[] {
  const codes = Int8Array.from(tensor.data as Float32Array)
  const share = (test: (code: number) => boolean) => {
    const hits = codes.reduce((sum, code) => sum + (test(code) ? 1 : 0), 0)
    return `${(hits / codes.length).toFixed(4)}  [${hits}/${codes.length}]`
  }
  return [
    `    pos(x=127)    = ${share((code) => code === 127)}`,
    `    neg(x=-128)   = ${share((code) => code === -128)}`,
    `    zeros(x=0)    = ${share((code) => code === 0)}`,
    `    low(abs(x)<8) = ${share((code) => Math.abs(code) <= 8)}`,
  ]
}
