export * from './kernel-forms.ts'
export * from './onnx-translator.ts'
export * from './ort-executor.ts'
export * from './ort-runtime.ts'
