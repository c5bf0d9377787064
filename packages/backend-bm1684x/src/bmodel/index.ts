export * from './portable-bmodel.ts'
export * from './read-portable-bmodel.ts'
export * from './write-portable-bmodel.ts'
