import { MessageChannel, parentPort, workerData } from 'node:worker_threads'
import { serveEvaluations } from '@q/mixprec'
import { searchExecutors } from '../wiring/executors.ts'
import type { ThreadData } from './evaluation-threads.ts'
import { loadPostProcessing } from './post-processing.ts'

// What runs in a thread of an evaluator: it has its own executors, and loads the user's post-processing itself.
const { postProcess } = workerData as ThreadData
const port = parentPort!

/** What is handed over to a closed port is let go at once. Tensors would wait for the garbage collector, which sees how much they take long after it has grown to hundreds of megabytes. */
const { port1: nowhere } = new MessageChannel()
nowhere.close()

serveEvaluations(
  { post: (message) => port.postMessage(message), onMessage: (listener) => void port.on('message', listener) },
  {
    executors: searchExecutors(),
    free: (buffer) => nowhere.postMessage(null, [buffer]),
    ...(postProcess === undefined ? {} : { postProcess: (await loadPostProcessing(postProcess)).postProcess }),
  },
)
