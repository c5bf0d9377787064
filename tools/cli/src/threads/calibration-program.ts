import { parentPort, workerData } from 'node:worker_threads'
import { floatExecutor } from '../wiring/executors.ts'
import type { CalibrationThreadStart } from './calibration-thread.ts'
import { serveCalibration } from './serve-calibration.ts'

// The thread that `startCalibrationThread` starts: a program of its own beside the command line.
const { samples, threads, stopped } = workerData as CalibrationThreadStart
if (parentPort !== null) serveCalibration(parentPort, { samples, executor: floatExecutor(threads), stopped })
