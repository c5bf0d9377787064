import { parentPort, workerData } from 'node:worker_threads'
import { floatExecutor } from '../wiring/executors.ts'
import { serveTuning } from './serve-tuning.ts'
import type { TuningThreadStart } from './tuning-thread.ts'

// The thread that `startTuningThread` starts: a program of its own beside the command line.
const { threads, stopped } = workerData as TuningThreadStart
if (parentPort !== null) serveTuning(parentPort, floatExecutor(threads), stopped)
