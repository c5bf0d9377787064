export { type AcuityOptions, acuity } from './acuity.ts'
export { checkTable, customizedTypes } from './check/check-table.ts'
export { type Chip, type ChipFacts, chips, factsOfChip } from './chips.ts'
export { isGraphFile, readGraph } from './container/read-graph.ts'
export { writeGraph } from './container/write-graph.ts'
export { type EntropyLine, parseEntropy, printEntropy } from './files/entropy.ts'
export { type InputDatabase, type InputMeta, type InputPort, parseInputMeta, printInputMeta } from './files/input-meta.ts'
export { type AcuityModel, type ModelLayer, numberOf, parseModel, printModel } from './files/model-json.ts'
export { type ParsedQuantizeTable, parseQuantizeTable } from './files/quantize-table/parse-quantize-table.ts'
export { headOf, printQuantizeTable } from './files/quantize-table/print-quantize-table.ts'
export {
  keyOfTensor,
  type QuantizeTable,
  type TableEntry,
  type TableForm,
  type TensorOfTable,
  tensorOfKey,
} from './files/quantize-table/quantize-table.ts'
export {
  fileNameOfLayer,
  parseTensorText,
  printTensorText,
  readTensorFileName,
  type TensorFileName,
  tensorFileName,
} from './files/tensor-text.ts'
export type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar, YamlText } from './files/yaml-text.ts'
export { affineCode, affineNumber, fixedPointCode, fixedPointNumber, truncatedHalfBits } from './numbers/codes.ts'
export { affineBiasScale, fixedPointBias } from './numbers/format-of-bias.ts'
export { asymmetricFormat, fixedPointFormat, type NumberRange, symmetricFormat, withZero } from './numbers/format-of-range.ts'
export type { AffineFormat, CodeType, FixedPointFormat, Quantizer, StorageType } from './numbers/number-format.ts'
export { type AcuityMode, codeModes, targetOf } from './target.ts'
