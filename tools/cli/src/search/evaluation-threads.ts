import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { EvaluationWorker } from '@q/mixprec'

/** What a thread is started with. */
export interface ThreadData {
  /** The module of the post-processing. */
  readonly postProcess?: string
}

/** The thread's own file, beside the built program; a program that runs from its sources has none. */
const script = new URL('./search/evaluation-thread.js', import.meta.url)

/** More threads than that for a core only wait for each other, and each has sessions and memory of its own. */
const mostPerCore = 4

/**
 * Threads that evaluate trials.
 *
 * @param count as the user wants it, as far as it is of any use. @default as many as there are cores
 * @returns nothing where one thread is all there is: the calling thread does the work itself
 */
export function evaluationThreads(
  data: ThreadData,
  count = availableParallelism(),
): { readonly count: number; start(): EvaluationWorker } | undefined {
  if (count < 2 || !existsSync(fileURLToPath(script))) return undefined
  return { count: threadCount(count, availableParallelism()), start: () => startThread(data) }
}

/** How many threads are of use, of those that a user wants. */
export function threadCount(wanted: number, cores: number): number {
  return Math.min(wanted, mostPerCore * cores)
}

/**
 * From which size on V8 looks for garbage in a thread's heap, in megabytes. The program is started with half a gigabyte, which threads would have as well: in a search of minutes each came to
 * hold a hundred megabytes more than it used.
 */
const firstCollectionMb = 32

/** What a thread has for objects that do not live long: messages and the like. Tensors are not among them. */
const maxYoungGenerationSizeMb = 24

function startThread(data: ThreadData): EvaluationWorker {
  setFlagsFromString(`--initial-old-space-size=${firstCollectionMb}`)
  const worker = new Worker(script, { workerData: data, resourceLimits: { maxYoungGenerationSizeMb } })
  let isEnding = false
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onFailure(listener) {
      worker.on('error', listener)
      worker.on('exit', (code) => {
        if (!isEnding) listener(new Error(`a thread of the search ended with ${code}`))
      })
    },
    async terminate() {
      isEnding = true
      await worker.terminate()
    },
  }
}
