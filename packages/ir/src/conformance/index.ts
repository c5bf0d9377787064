export { type ExecutorConformanceOptions, executorConformance } from './executor-conformance.ts'
export type { ConformanceRunner } from './runner.ts'
