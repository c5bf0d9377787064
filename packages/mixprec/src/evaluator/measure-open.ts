import { QError } from '@q/ir'
import type { KnownLosses } from '../journal/known-losses.ts'
import type { Tally } from './counts.ts'
import type { AskOptions } from './evaluator.ts'
import type { Lane, LaneWork } from './lane.ts'
import { shareWork } from './share-work.ts'

/** What is left to measure of a question, and where the losses go. */
export interface OpenWork extends Pick<LaneWork, 'samples' | 'isLasting'> {
  readonly losses: KnownLosses
  readonly tally: Tally
}

/** Measures on all lanes at once. @throws QError `INTERRUPTED` when it was stopped before the end, and what a task threw */
export async function measureOpen(lanes: readonly Lane[], work: OpenWork, { signal, onProgress }: AskOptions): Promise<void> {
  const { samples, isLasting, losses, tally } = work
  const total = countOpen(samples)
  let done = 0
  let hasFailed = false
  const record: LaneWork['record'] = ({ measurements }, sample, { measured, loaded, reused }) => {
    measurements.forEach(({ measurement }, i) => {
      losses.add(measurement.key, sample, measured[i]!)
    })
    tally.sessionsLoaded += loaded
    tally.sessionsReused += reused
    done++
    onProgress?.(done, total)
  }
  const isOver = (): boolean => hasFailed || signal?.aborted === true
  const shares = shareWork(samples, lanes.length)
  const working = lanes.map(async (lane, place) => {
    try {
      await lane.work({ samples: shares[place]!, isLasting, isOver, record })
    } catch (error) {
      hasFailed = true
      throw error
    }
  })
  // The others end what they have begun, so that shelves and benches agree.
  for (const each of await Promise.allSettled(working)) if (each.status === 'rejected') throw each.reason
  if (done < total) throw interrupted()
}

/** How many trials have to be measured, once for each sample. */
export function countOpen(samples: LaneWork['samples']): number {
  return samples.reduce((sum, { jobs }) => sum + jobs.filter((open) => open !== undefined).length, 0)
}

/** The error of a question that was stopped before its end. */
export function interrupted(): QError {
  return new QError('INTERRUPTED', 'the search was stopped', {
    kind: 'interrupted',
    found: 'a signal to stop',
    wanted: 'time to measure all',
    hint: 'search again; with a journal it goes on where it stopped',
  })
}
