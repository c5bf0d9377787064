export * from './errors.ts'
export * from './suggest.ts'
export * from './tensor/tensor.ts'
