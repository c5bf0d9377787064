import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { SharedTuning, TuneElsewhere } from '@q/calib'
import type { Graph, Tensor } from '@q/ir'
import type { SampleInput } from '@q/ir/graph'
import { allOps } from '@q/ir/ops'

/** The program that `serveCalibration` runs in; only a build has it, beside the one file of the command line. */
const builtProgram = new URL('./threads/calibration-program.js', import.meta.url)

/** A list of samples and the inputs they are for, as a thread is told of them. */
export interface ListedSamples {
  readonly entries: readonly string[]
  readonly inputs: readonly SampleInput[]
  /** What a file may take in memory. @default as of `createSampleSource` */
  readonly mostBytes?: number
}

/** What a thread is started with. */
export interface CalibrationThreadStart {
  readonly samples: ListedSamples
  /** Inside one operator. */
  readonly threads: number
  /** As of `serveCalibration`. */
  readonly stopped: Int32Array
}

/** The tensors of a sample, by name. */
export type LoadedSample = ReadonlyMap<string, Tensor>

/** A tuning as a thread is told of it: the operators of the graph are those everybody has. */
export type ToldTuning = Omit<SharedTuning, 'graph'> & { readonly graph: Omit<Graph, 'ops'> }

/** What a thread is asked for. */
export type CalibrationRequest = { readonly kind: 'load'; readonly index: number } | { readonly kind: 'tune'; readonly tuning: ToldTuning }

/** A request and the number its answer bears. */
export type ToCalibrationThread = CalibrationRequest & { readonly request: number }

/** What a thread answers. */
export interface FromCalibrationThread {
  readonly request: number
  /** A sample, or by table the thresholds of what the thread has claimed, or nothing when it failed. */
  readonly answer: LoadedSample | readonly ReadonlyMap<string, number>[] | undefined
}

/** A thread that loads samples and tunes. */
export interface CalibrationThread {
  readonly tune: TuneElsewhere
  /** A sample of its list; nothing when it cannot load it. */
  load(index: number): Promise<LoadedSample | undefined>
  /** Makes the thread give up what it does, and resolves when it has ended: a native runtime must not be ended in the middle of its work. */
  close(): Promise<void>
}

/** What is done with an answer. */
interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

/**
 * Starts a thread that loads the samples of a calibration and tunes a part of its thresholds. It loads what it needs at once, so that it is
 * ready when it is asked, and does not keep the process alive.
 *
 * @param threads inside one operator
 * @returns nothing where the program of the thread is missing, or where operators of the graph cannot be told to another thread
 */
export function startCalibrationThread(
  { nodes, ops }: Graph,
  samples: ListedSamples,
  threads: number,
  program = builtProgram,
): CalibrationThread | undefined {
  if (!existsSync(program) || nodes.some(({ op }) => ops.get(op) !== allOps.get(op))) return undefined
  const stopped = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const worker = new Worker(program, { workerData: { samples, threads, stopped } satisfies CalibrationThreadStart, execArgv: [] })
  worker.unref()
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const waiting = new Map<number, Waiting>()
  let requests = 0
  let broken: Error | undefined
  let isClosing = false
  const fail = (error: Error): void => {
    broken ??= error
    for (const { reject } of waiting.values()) reject(broken)
    waiting.clear()
  }
  worker.on('message', ({ request, answer }: FromCalibrationThread) => {
    const { resolve, reject } = waiting.get(request)!
    waiting.delete(request)
    // The end of a thread is waited for: an answer that comes before must not let the process go.
    if (waiting.size === 0 && !isClosing) worker.unref()
    if (answer === undefined) reject(new Error('the thread could not do it'))
    else resolve(answer as never)
  })
  worker.once('error', fail)
  worker.once('exit', (code) => fail(new Error(`the thread ended (${code})`)))

  function asked<T extends NonNullable<FromCalibrationThread['answer']>>(what: CalibrationRequest): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (broken !== undefined) throw broken
      waiting.set(requests, { resolve, reject })
      worker.ref()
      worker.postMessage({ ...what, request: requests++ } satisfies ToCalibrationThread)
    })
  }

  return {
    tune: ({ graph: { ops: _, ...graph }, ...shared }) => asked({ kind: 'tune', tuning: { ...shared, graph } }),
    load: (index) => asked<LoadedSample>({ kind: 'load', index }).catch(() => undefined),
    close() {
      isClosing = true
      Atomics.store(stopped, 0, 1)
      worker.ref()
      worker.postMessage(undefined)
      return ended
    },
  }
}
