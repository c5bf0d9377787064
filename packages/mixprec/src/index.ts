export * from './metrics/cosine-similarity.ts'
