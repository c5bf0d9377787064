import { createKernels, loadedSamples, tuneTables } from '@q/calib'
import { createSampleSource } from '@q/data'
import type { Executor } from '@q/ir'
import { allOps } from '@q/ir/ops'
import type { FromCalibrationThread, ListedSamples, LoadedSample, ToCalibrationThread, ToldTuning } from './calibration-thread.ts'

/** The side of a message channel that the thread talks through. */
export interface CalibrationPort {
  on(event: 'message', listener: (message: ToCalibrationThread | undefined) => void): unknown
  postMessage(message: FromCalibrationThread, handedOver?: ArrayBuffer[]): void
  close(): void
}

/** What a thread works with. */
export interface CalibrationService {
  /** The samples it loads. */
  readonly samples: ListedSamples
  /** Runs the nodes it tunes. */
  readonly executor: Executor
  /** In shared memory, not 0 when the work is to be given up. */
  readonly stopped: Int32Array
}

/** Loads the samples it is asked for and does its part of each tuning it is told of, until a message without a request ends the thread. */
export function serveCalibration(
  port: CalibrationPort,
  { samples: { entries, inputs, mostBytes }, executor, stopped }: CalibrationService,
): void {
  const signal = {
    reason: undefined,
    get aborted() {
      return Atomics.load(stopped, 0) !== 0
    },
  }
  const source = createSampleSource(entries, inputs, mostBytes === undefined ? {} : { mostBytes })
  // The calling thread meets the same error, and reports it.
  source.catch(() => {})
  let tuning = Promise.resolve()
  port.on('message', (message) => {
    if (message === undefined) void tuning.then(() => port.close())
    else if (message.kind === 'load') void answerLoading(message.request, message.index)
    else tuning = tuning.then(() => answerTuning(message.request, message.tuning))
  })

  async function answerLoading(request: number, index: number): Promise<void> {
    const answer = await source.then((ready) => ready.load(index)).catch(() => undefined)
    port.postMessage({ request, answer }, answer === undefined ? [] : wholeBuffers(answer))
  }

  async function answerTuning(request: number, { graph, samples, ...shared }: ToldTuning): Promise<void> {
    const answer = await tuneTables({
      ...shared,
      graph: { ...graph, ops: allOps },
      executor,
      samples: loadedSamples(samples),
      count: samples.length,
      kernels: createKernels(),
      signal,
    }).catch(() => undefined)
    port.postMessage({ request, answer })
  }
}

/** The buffers of a sample that hold one tensor and nothing else; others are copied on their way. */
function wholeBuffers(sample: LoadedSample): ArrayBuffer[] {
  const buffers = [...sample.values()].map(({ data }) => data).filter(({ byteLength, buffer }) => byteLength === buffer.byteLength)
  return [...new Set(buffers.map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer)
}
