import { QError } from '@q/ir'

/** Stops the work when the caller asked for it. @throws QError `INTERRUPTED` */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new QError('INTERRUPTED', 'the calibration was stopped', { kind: 'interrupted', cause: signal.reason })
}

/** Lets timers and input events run, so a signal can be raised between long synchronous stretches. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
