import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { SharedTuning, TuneElsewhere } from '@q/calib'
import type { Graph } from '@q/ir'
import { allOps } from '@q/ir/ops'

/** The program that `serveTuning` runs in; only a build has it, beside the one file of the command line. */
const builtProgram = new URL('./threads/tuning-program.js', import.meta.url)

/** A tuning as a thread is told of it: the operators of the graph are those everybody has. */
export type ToTuningThread = Omit<SharedTuning, 'graph'> & { readonly graph: Omit<Graph, 'ops'> }

/** What a thread is started with. */
export interface TuningThreadStart {
  /** Inside one operator. */
  readonly threads: number
  /** As of `serveTuning`. */
  readonly stopped: Int32Array
}

/** The thresholds of what the thread has claimed, or nothing when it failed. */
export interface FromTuningThread {
  readonly thresholds: ReadonlyMap<string, number> | undefined
}

/** A thread that tunes. */
export interface TuningThread {
  readonly tune: TuneElsewhere
  /** Makes the thread give up what it does, and resolves when it has ended: a native runtime must not be ended in the middle of its work. */
  close(): Promise<void>
}

/**
 * Starts a thread that tunes a part of a graph's thresholds. It loads what it needs at once, so that it is ready when it is asked, and
 * does not keep the process alive.
 *
 * @param threads inside one operator
 * @returns nothing where the program of the thread is missing, or where operators of the graph cannot be told to another thread
 */
export function startTuningThread({ nodes, ops }: Graph, threads: number, program = builtProgram): TuningThread | undefined {
  if (!existsSync(program) || nodes.some(({ op }) => ops.get(op) !== allOps.get(op))) return undefined
  const stopped = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const worker = new Worker(program, { workerData: { threads, stopped } satisfies TuningThreadStart, execArgv: [] })
  worker.unref()
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const waiting: { readonly resolve: (thresholds: ReadonlyMap<string, number>) => void; readonly reject: (error: Error) => void }[] = []
  let broken: Error | undefined
  const fail = (error: Error): void => {
    broken ??= error
    for (const { reject } of waiting.splice(0)) reject(broken)
  }
  worker.on('message', ({ thresholds }: FromTuningThread) => {
    const { resolve, reject } = waiting.shift()!
    if (waiting.length === 0) worker.unref()
    if (thresholds === undefined) reject(new Error('the thread could not tune'))
    else resolve(thresholds)
  })
  worker.once('error', fail)
  worker.once('exit', (code) => fail(new Error(`the thread ended (${code})`)))
  return {
    tune: ({ graph: { ops: _, ...graph }, ...shared }) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined) throw broken
        waiting.push({ resolve, reject })
        worker.ref()
        worker.postMessage({ ...shared, graph } satisfies ToTuningThread)
      }),
    close() {
      Atomics.store(stopped, 0, 1)
      worker.ref()
      worker.postMessage(undefined)
      return ended
    },
  }
}
