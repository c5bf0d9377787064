export { type Bm1684xOptions, bm1684x } from './bm1684x.ts'
export * from './bmodel/index.ts'
export { boards, type Chip, chips } from './chips.ts'
export { target } from './target.ts'
