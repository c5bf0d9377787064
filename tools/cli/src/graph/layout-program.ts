import { parentPort, workerData } from 'node:worker_threads'
import { layOut } from './layout.ts'

// The thread that `layoutOf` starts: a program of its own beside the command line.
parentPort?.postMessage(await layOut(workerData))
