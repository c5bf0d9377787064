export type { MlirTextCode } from './cursor.ts'
export type {
  ElementName,
  ExpressedName,
  IntegerName,
  MlirArgument,
  MlirAttribute,
  MlirAttributes,
  MlirElement,
  MlirInteger,
  MlirLocation,
  MlirModule,
  MlirOperation,
  MlirType,
  StorageName,
} from './mlir-module.ts'
export type { ParseOptions } from './parse-module.ts'
export { parseMlir } from './parse-module.ts'
export { printMlir } from './print-module.ts'
