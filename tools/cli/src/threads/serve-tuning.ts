import { createKernels, loadedSamples, tuneThresholds } from '@q/calib'
import type { Executor } from '@q/ir'
import { allOps } from '@q/ir/ops'
import type { FromTuningThread, ToTuningThread } from './tuning-thread.ts'

/** The side of a message channel that the thread talks through. */
export interface TuningPort {
  on(event: 'message', listener: (message: ToTuningThread | undefined) => void): unknown
  postMessage(message: FromTuningThread): void
  close(): void
}

/**
 * Does its part of each tuning it is told of, until a message without one ends the thread.
 *
 * @param stopped in shared memory, not 0 when the work is to be given up
 */
export function serveTuning(port: TuningPort, executor: Executor, stopped: Int32Array): void {
  const signal = {
    reason: undefined,
    get aborted() {
      return Atomics.load(stopped, 0) !== 0
    },
  }
  let work = Promise.resolve()
  port.on('message', (message) => {
    work = work.then(async () => {
      if (message === undefined) port.close()
      else port.postMessage({ thresholds: await tuned(message).catch(() => undefined) })
    })
  })

  function tuned({ graph, samples, ...shared }: ToTuningThread): Promise<ReadonlyMap<string, number>> {
    return tuneThresholds({
      ...shared,
      graph: { ...graph, ops: allOps },
      executor,
      samples: loadedSamples(samples),
      count: samples.length,
      kernels: createKernels(),
      signal,
    })
  }
}
