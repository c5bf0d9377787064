export { type Cv18xxOptions, cv18xx } from './cv18xx.ts'
export * from './cvimodel/index.ts'
export { implied } from './files/implied.ts'
export { boards, type Chip, chips } from './target.ts'
