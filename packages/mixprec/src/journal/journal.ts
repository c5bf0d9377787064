import type { MetricName } from '@q/ir'
import type { SampleLoss } from '../comparison/sample-loss.ts'
import { openSealedLine, sealLine } from './sealed-line.ts'

/** Where answers are written down, so that a search that was killed goes on from there. */
export interface Journal {
  /** What is there already: the text of the file, split at its line ends, a torn last line included. */
  readonly lines: readonly string[]
  /** Writes a line and its end. */
  append(line: string): void
}

/** One answer, as a line of JSON has it. */
export interface JournalEntry {
  /** Digest of all that decides a loss beside the trial: float graph, samples, executor. */
  readonly scope: string
  /** Digest of what was compared with what. */
  readonly key: string
  readonly sample: number
  readonly losses: Readonly<Partial<Record<MetricName, SampleLoss>>>
}

/** The line of an entry; numbers that JSON does not have are texts. */
export function printEntry(entry: JournalEntry): string {
  return sealLine(
    JSON.stringify(entry, (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value)),
  )
}

const lost = new Set(['Infinity', '-Infinity', 'NaN'])

/** The entry of a line; `undefined` for a line that was torn when the process was killed, that was damaged, or that is none. */
export function parseEntry(line: string): JournalEntry | undefined {
  const object = openSealedLine(line)
  if (object === undefined) return undefined
  try {
    const entry = JSON.parse(object, (name, value: unknown) =>
      name !== 'name' && lost.has(value as string) ? Number(value) : value,
    ) as JournalEntry
    return typeof entry.scope === 'string' && typeof entry.key === 'string' && typeof entry.losses === 'object' ? entry : undefined
  } catch {
    return undefined
  }
}
