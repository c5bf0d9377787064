export { type BackendConformanceOptions, backendConformance } from './backend-conformance.ts'
export { type ExecutorConformanceOptions, executorConformance } from './executor-conformance.ts'
export type { ConformanceRunner } from './runner.ts'
