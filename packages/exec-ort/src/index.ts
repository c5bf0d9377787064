export * from './kernel-forms.ts'
export * from './ort-executor.ts'
export * from './ort-runtime.ts'
export type { Precision } from './translate/translator.ts'
