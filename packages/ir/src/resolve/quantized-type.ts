import type { CodeStorage } from '../contracts/scheme.ts'
import { QError } from '../errors.ts'
import type { Quant, TensorType } from '../graph/types.ts'
import { codeParams } from '../number/quant-params.ts'
import { integerRange } from '../number/saturate.ts'
import type { DType } from '../tensor/tensor.ts'

/** Details of {@link quantizedTypeOf}. */
export interface QuantizedTypeOptions {
  /** The float type the codes are made from. @default 'f32' */
  readonly expressed?: Quant['expressed']
  /** The layer that needs the codes, for messages. @default the value itself */
  readonly user?: string
  /** Whether it is a constant, which no calibration gives a range. @default false */
  readonly isConstant?: boolean
}

/**
 * The type of the codes of a calibrated tensor: element type, scale, zero point and limits follow from its range and from how codes are stored.
 *
 * @throws QError `RANGE_MISSING` naming the layer when it was not calibrated, `CONSTANT_OPERAND` for a constant
 */
export function quantizedTypeOf(
  name: string,
  type: TensorType,
  storage: CodeStorage,
  { expressed = 'f32', user, isConstant = false }: QuantizedTypeOptions = {},
): TensorType {
  if (type.range === undefined && isConstant) {
    throw new QError('CONSTANT_OPERAND', `${user ?? 'a layer'} on codes cannot take the constant ${name}, which has no calibrated range`, {
      at: user === undefined ? [name] : [user, name],
      found: `the constant ${name}`,
      wanted: 'a tensor that is computed',
      hint: `replace ${user ?? 'the layer'} by its result in the model where all it reads is constant, or keep it in a float mode in the quantization table`,
    })
  }
  if (type.range === undefined) {
    throw new QError('RANGE_MISSING', `the layer ${name} has no range, so it cannot be quantized`, {
      at: user === undefined || user === name ? [name] : [user, name],
      found: 'no row for it',
      wanted: 'a row for this layer in the calibration table',
      hint: 'calibrate this graph again, or keep the layer in a float mode in the quantization table',
    })
  }
  const { scale, zeroPoint, signed } = codeParams(type.range, storage)
  return codesOf(storage, signed, type.shape, { scale, zeroPoint, expressed })
}

/** The type of codes of a storage: where its element type holds more than they are, it says what they saturate to. */
export function codesOf(
  storage: Pick<CodeStorage, 'bits'>,
  signed: boolean,
  shape: readonly number[],
  quant: Pick<Quant, 'scale' | 'zeroPoint' | 'expressed'>,
): TensorType {
  const { bits } = storage
  const dtype = codeType(storage, signed)
  if (bits !== 4) return { dtype, shape, quant }
  const { min, max } = integerRange(signed ? 'i4' : 'u4')
  return { dtype, shape, quant: { ...quant, saturate: [min, max] } }
}

/** The element type that holds codes; four bits travel in bytes. */
export function codeType({ bits }: Pick<CodeStorage, 'bits'>, signed: boolean): DType {
  return bits === 16 ? (signed ? 'i16' : 'u16') : signed ? 'i8' : 'u8'
}
