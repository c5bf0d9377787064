export { executorConformance, type ExecutorConformanceOptions } from './executor-conformance.ts'
export type { ConformanceRunner } from './runner.ts'
