import { QError } from '@q/ir'

/** Time after which waiting timers and signals get their turn, in milliseconds. */
const breathInterval = 200

/** What tells that work is to stop: an `AbortSignal`, or what another thread has to say in its place. */
export type Interruption = Pick<AbortSignal, 'aborted' | 'reason'>

/**
 * To be called between stretches of work that may never give way by themselves: now and then lets timers and signal handlers run, and stops
 * the work when `signal` was raised.
 *
 * @throws QError `INTERRUPTED` from the returned function
 */
export function pauses(signal: Interruption | undefined): () => Promise<void> {
  let breathed = performance.now()
  return async () => {
    if (performance.now() - breathed > breathInterval) {
      await new Promise((resolve) => setTimeout(resolve, 0))
      breathed = performance.now()
    }
    if (signal?.aborted === true) {
      throw new QError('INTERRUPTED', 'the calibration was stopped', {
        kind: 'interrupted',
        hint: 'calibrate again; with a checkpoint it goes on where it stopped',
        cause: signal.reason,
      })
    }
  }
}
