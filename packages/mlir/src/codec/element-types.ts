import type { DType, TensorType } from '@q/ir'
import { QError } from '@q/ir'
import type { ElementName, MlirElement, MlirType, StorageName } from '../text/mlir-module.ts'

const dtypes: Readonly<Partial<Record<ElementName, DType>>> = {
  f32: 'f32',
  f16: 'f16',
  bf16: 'bf16',
  f64: 'f64',
  i8: 'i8',
  si8: 'i8',
  ui8: 'u8',
  i16: 'i16',
  si16: 'i16',
  ui16: 'u16',
  i32: 'i32',
  si32: 'i32',
  ui32: 'u32',
  i64: 'i64',
  si64: 'i64',
  ui64: 'u64',
  i1: 'bool',
}

const elementNames: Readonly<Record<DType, ElementName>> = {
  f32: 'f32',
  f16: 'f16',
  bf16: 'bf16',
  f64: 'f64',
  i8: 'i8',
  u8: 'ui8',
  i16: 'i16',
  u16: 'ui16',
  i32: 'i32',
  u32: 'ui32',
  i64: 'i64',
  u64: 'ui64',
  bool: 'i1',
}

/**
 * The graph's type for a ranked tensor type of the text.
 *
 * @throws QError `MLIR_UNRANKED`, `MLIR_ELEMENT`
 */
export function tensorTypeOf(type: MlirType, at: readonly string[]): TensorType {
  if (type.kind === 'none' || type.dims === undefined || type.dims.some((dim) => dim < 0)) {
    throw new QError('MLIR_UNRANKED', 'a tensor has no fixed shape', {
      at,
      found: type.kind === 'none' ? 'none' : type.dims === undefined ? 'an unranked tensor, as in *_origin.mlir' : 'a dynamic dimension',
      wanted: 'every dimension as a number',
      hint: 'give the file without _origin that model_transform wrote, or run tpuc-opt --shape-infer first',
    })
  }
  const { element, dims: shape } = type
  switch (element.kind) {
    case 'plain':
      return { dtype: dtypes[element.name] ?? refuseElement(element.name, at), shape }
    case 'calibrated':
      return { dtype: element.expressed, shape, range: { min: element.min, max: element.max } }
    case 'uniform': {
      const { scale, zeroPoint, expressed } = element
      return { dtype: storageDtype(element.storage, at), shape, quant: { scale, zeroPoint, expressed } }
    }
  }
}

/** How a type is spelt where the text has a choice. */
export interface ElementSpelling {
  /** Name of the element type instead of the usual one, as `si8` for `i8`. */
  readonly name?: ElementName
  /** Codes a quantized tensor is confined to. */
  readonly codes?: { readonly min: number; readonly max: number }
}

/** The text's type for a tensor of the graph. @throws QError `MLIR_QUANT_AXIS` for scales per slice */
export function mlirTypeOf(type: TensorType, at: readonly string[], { name, codes }: ElementSpelling = {}): MlirType {
  return { kind: 'tensor', dims: type.shape, element: elementOf(type, at, name, codes) }
}

function elementOf(type: TensorType, at: readonly string[], name: ElementName | undefined, codes: ElementSpelling['codes']): MlirElement {
  const { dtype, quant, range } = type
  if (quant !== undefined) {
    if (quant.scales !== undefined) {
      throw new QError('MLIR_QUANT_AXIS', 'a tensor has a scale for each slice of an axis', {
        at,
        found: `${quant.scales.length} scales`,
        wanted: 'one scale (the format has no others for activations)',
        hint: 'lower the graph for a chip first',
      })
    }
    const { scale, zeroPoint, expressed } = quant
    return { kind: 'uniform', storage: dtype as StorageName, ...(codes === undefined ? {} : { range: codes }), expressed, scale, zeroPoint }
  }
  if (range !== undefined && (dtype === 'f32' || dtype === 'f16' || dtype === 'bf16')) {
    return { kind: 'calibrated', expressed: dtype, min: range.min, max: range.max }
  }
  return { kind: 'plain', name: name ?? elementNames[dtype] }
}

function storageDtype(storage: StorageName, at: readonly string[]): DType {
  return storage === 'i4' || storage === 'u4' ? refuseElement(storage, at) : storage
}

function refuseElement(name: string, at: readonly string[]): never {
  throw new QError('MLIR_ELEMENT', `the element type ${name} is not supported`, {
    at,
    found: name,
    wanted: `one of ${Object.keys(dtypes).join(', ')}`,
    hint: 'lower the model in a mode that stores whole bytes',
  })
}
