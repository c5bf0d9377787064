import type { MetricName } from '@q/ir'
import type { SampleLoss } from '../comparison/sample-loss.ts'
import { type Journal, parseEntry, printEntry } from './journal.ts'

/** Losses that were measured, by what was compared, sample and metric: nothing is measured twice. */
export interface KnownLosses {
  get(key: string, sample: number, metric: MetricName): SampleLoss | undefined
  /** Whether a loss was read from the journal, not measured in this run. */
  isJournaled(key: string, sample: number): boolean
  add(key: string, sample: number, losses: Readonly<Partial<Record<MetricName, SampleLoss>>>): void
}

type Losses = Readonly<Partial<Record<MetricName, SampleLoss>>>

/** What a journal tells of a scope, and what is added to both from now on. */
export function createKnownLosses(scope: string, journal: Journal | undefined): KnownLosses {
  const known = new Map<string, Losses>()
  const journaled = new Set<string>()
  const at = (key: string, sample: number): string => `${key} ${sample}`
  for (const line of journal?.lines ?? []) {
    const entry = parseEntry(line)
    if (entry?.scope !== scope) continue
    const place = at(entry.key, entry.sample)
    known.set(place, { ...known.get(place), ...entry.losses })
    journaled.add(place)
  }
  let isTorn = (journal?.lines.at(-1) ?? '') !== ''
  return {
    get: (key, sample, metric) => known.get(at(key, sample))?.[metric],
    isJournaled: (key, sample) => journaled.has(at(key, sample)),
    add(key, sample, losses) {
      const place = at(key, sample)
      known.set(place, { ...known.get(place), ...losses })
      if (journal === undefined) return
      // What was torn stays a line of its own.
      if (isTorn) journal.append('')
      isTorn = false
      journal.append(printEntry({ scope, key, sample, losses }))
    },
  }
}
