export { aligned, type BinaryArea, type BinarySpan, binaryArea } from './binary-area.ts'
export { type ContainerEndings, type ContainerFiles, containerNames } from './container-names.ts'
export { type FlatReader, readTables } from './read-tables.ts'
export { type FlatBuilder, type FlatField, type FlatTable, writeTables } from './write-tables.ts'
