export * from './edges.ts'
export * from './node-types.ts'
export * from './types.ts'
