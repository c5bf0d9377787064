import { isQError } from '@q/ir'
import { type Deadline, timeLeft } from './deadline.ts'

/** Samples that a calibration takes, and whether it is the one that was asked for, tuning included. */
export interface CalibrationRound {
  readonly samples: number
  readonly isWhole: boolean
}

/** Of the time that is left, what a calibration may be expected to take, and what it may take in fact. */
const [expectedShare, mostShare] = [0.5, 0.75]
/** How many times as many samples the next round takes. */
const growth = 4
/** How many times as long a sample takes when thresholds are tuned after all were observed. */
const tuningFactor = 2

/**
 * Calibrates on as many samples as there is time for: on one, then on four times as many, and on all of them with tuning as soon as half of the time that is left seems enough.
 * What a round takes is expected from those before it; one that takes much longer is stopped, and the one before it counts.
 *
 * @param make stops with `INTERRUPTED` when its signal is raised
 * @returns nothing when there was no time for one sample
 * @throws QError those of `make`
 */
export async function calibrateInTime<Made>(
  all: number,
  deadline: Deadline,
  make: (round: CalibrationRound, signal: AbortSignal) => Promise<Made>,
): Promise<(Made & CalibrationRound) | undefined> {
  let last: (Made & CalibrationRound) | undefined
  let [tookBefore, samplesBefore] = [0, 0]
  let next: CalibrationRound | undefined = { samples: 1, isWhole: false }
  while (next !== undefined) {
    const round: CalibrationRound = next
    const started = deadline.now()
    const made = await stopped(timeLeft(deadline) * (last === undefined ? 1 : mostShare), deadline, (signal) => make(round, signal))
    if (made === undefined) break
    last = { ...made, ...round }
    if (round.isWhole) break
    const took = deadline.now() - started
    const { samples } = round
    // Starting is a part of it, so that the first round tells little of a sample.
    const least = took / (growth * samples)
    const slope = samplesBefore === 0 ? least : Math.max((took - tookBefore) / (samples - samplesBefore), least)
    ;[tookBefore, samplesBefore] = [took, samples]
    const fits = (count: number, factor: number): boolean =>
      (took + slope * (count - samples)) * factor <= expectedShare * timeLeft(deadline)
    if (fits(all, tuningFactor)) next = { samples: all, isWhole: true }
    else next = samples * growth < all && fits(samples * growth, 1) ? { samples: samples * growth, isWhole: false } : undefined
  }
  return last
}

/** What the work made, or nothing when it had to be stopped after that time. */
async function stopped<Made>(
  milliseconds: number,
  { after }: Deadline,
  work: (signal: AbortSignal) => Promise<Made>,
): Promise<Made | undefined> {
  if (milliseconds <= 0) return undefined
  const over = new AbortController()
  const callOff = after(milliseconds, () => over.abort())
  try {
    return await work(over.signal)
  } catch (error) {
    if (over.signal.aborted && isQError(error) && error.code === 'INTERRUPTED') return undefined
    throw error
  } finally {
    callOff()
  }
}
