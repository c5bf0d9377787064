export * from './part-quantize/part-quantize.ts'
export * from './regions/float-regions.ts'
export * from './regions/parse-blocks.ts'
export * from './regions/reach.ts'
