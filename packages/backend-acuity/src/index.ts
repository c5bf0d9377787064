export { type AcuityOptions, acuity } from './acuity.ts'
export { checkTable, customizedTypes } from './check/check-table.ts'
export { type Chip, type ChipFacts, chips, factsOfChip } from './chips.ts'
export { isGraphFile, readGraph } from './container/read-graph.ts'
export { digestOfFile, writeGraph } from './container/write-graph.ts'
export { entropyOfCodes } from './entropy/entropy-of-codes.ts'
export { type EntropyCuts, proposeByEntropy } from './entropy/propose.ts'
export { type EntropyLine, parseEntropy, printEntropy } from './files/entropy.ts'
export { type InputDatabase, type InputMeta, type InputPort, parseInputMeta, printInputMeta } from './files/input-meta.ts'
export { makeInputMeta, type NewInputMeta, type NewPort } from './files/make-input-meta.ts'
export { type AcuityModel, type ModelLayer, numberOf, parseModel, printModel } from './files/model-json.ts'
export { codesOfPort, elementsOfPort, type NbgFloat, type NbgMeta, type NbgPort, numbersOfPort, parseNbgMeta } from './files/nbg-meta.ts'
export { makePostprocess, type Postprocess, parsePostprocess } from './files/postprocess.ts'
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
export { type Converter, convertersOf, hybridModel } from './hybrid/converters.ts'
export { type ReadTypes, readTypes } from './hybrid/read-types.ts'
export { digestOfModel, modelOfNetwork, networkDigest } from './network/model-of-network.ts'
export { type LayerPart, type NetworkLayer, type NetworkLayers, networkLayers } from './network/network-layers.ts'
export { affineCode, affineNumber, fixedPointCode, fixedPointNumber, truncatedHalfBits } from './numbers/codes.ts'
export { affineBiasScale, fixedPointBias } from './numbers/format-of-bias.ts'
export { asymmetricFormat, fixedPointFormat, type NumberRange, symmetricFormat, withZero } from './numbers/format-of-range.ts'
export type { AffineFormat, CodeType, FixedPointFormat, Quantizer, StorageType } from './numbers/number-format.ts'
export { exportFiles } from './ovxlib/export-files.ts'
export type { OvxGraph, OvxNode, OvxParam, OvxQuant, OvxTensor, OvxType } from './ovxlib/ovx-graph.ts'
export { type Exported, ovxGraphOf } from './ovxlib/ovx-graph-of.ts'
export type { InputNumbers } from './ovxlib/print-program.ts'
export { biasCorrections, withBiases } from './table/bias-corrections.ts'
export { type ModeNames, modeNames, modeOfEntry, modeOfOptions, modeOfWord, namesOf } from './table/modes.ts'
export { type CustomizedPlan, planOfCustomized, planOfTable, rowsOfTable } from './table/plan-of-table.ts'
export { parseHead, printHead, type TableHead } from './table/table-head.ts'
export { activationEntry, type TableParts, tableOfNetwork, weightsOf } from './table/table-of-network.ts'
export { type MadeAs, madeAs } from './table/value-modes.ts'
export { type AcuityMode, codeModes, targetOf } from './target.ts'
