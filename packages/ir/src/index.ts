export * from './contracts/artifact.ts'
export * from './contracts/backend.ts'
export type { BoundaryTypes } from './contracts/boundary.ts'
export * from './contracts/check-backend.ts'
export * from './contracts/chip-compiler.ts'
export * from './contracts/executor.ts'
export * from './contracts/observer.ts'
export type { PictureInputs, PictureRules } from './contracts/picture.ts'
export * from './contracts/progress.ts'
export * from './contracts/question-samples.ts'
export * from './contracts/samples.ts'
export * from './contracts/scheme.ts'
export * from './contracts/strategy.ts'
export * from './contracts/target.ts'
export * from './errors.ts'
export * from './graph/edges.ts'
export { fingerprintOf } from './graph/fingerprint.ts'
export { attributesOf } from './graph/node-types.ts'
export type { OpForm } from './graph/op-form.ts'
export type { FrameAlignment, PictureForm } from './graph/picture.ts'
export * from './graph/text/graph-tag.ts'
export * from './graph/text/parse-graph.ts'
export { type PrintGraphOptions, printGraph } from './graph/text/print-graph.ts'
export * from './graph/types.ts'
export { verifyGraph } from './graph/verify.ts'
export type { RoundingMode } from './number/rounding.ts'
export type {
  Arity,
  AttrSpec,
  BinaryFunction,
  DerivedRule,
  FixedRule,
  InferredType,
  NoRule,
  OpDefinition,
  Operand,
  OwnRule,
  QuantRule,
  ScalarFunction,
  SharedRule,
  WeightRule,
} from './ops/define.ts'
export * from './ops/op-set.ts'
export * from './resolve/lower-context.ts'
export * from './resolve/resolve.ts'
export * from './resolve/resolved.ts'
export * from './resolve/resolver.ts'
export { didYouMean, nearestFirst, suggest } from './suggest.ts'
export * from './tables/calibration-table.ts'
export { parseCalibrationTable } from './tables/parse-calibration-table.ts'
export * from './tables/parse-quant-plan.ts'
export { type QuantMode, quantModes } from './tables/quant-mode.ts'
export * from './tables/quant-plan.ts'
export * from './tensor/tensor.ts'
