import { QError } from '../errors.ts'
import type { Quant, TensorType } from '../graph/types.ts'
import { quantParams } from '../number/quant-params.ts'

/** Details of {@link quantizedTypeOf}. */
export interface QuantizedTypeOptions {
  /** The float type the codes are made from. @default 'f32' */
  readonly expressed?: Quant['expressed']
  /** The layer that needs the codes, for messages. @default the value itself */
  readonly user?: string
}

/**
 * The type of the 8-bit codes of a calibrated tensor: scale and zero point follow from its range, signed codes when
 * the range has negative numbers.
 *
 * @throws QError `RANGE_MISSING` naming the layer when it was not calibrated.
 */
export function quantizedTypeOf(
  name: string,
  type: TensorType,
  asymmetric: boolean,
  { expressed = 'f32', user }: QuantizedTypeOptions = {},
): TensorType {
  if (type.range === undefined) {
    throw new QError('RANGE_MISSING', `the layer ${name} has no range, so it cannot be quantized`, {
      at: user === undefined || user === name ? [name] : [user, name],
      wanted: 'a row for this layer in the calibration table',
      hint: 'calibrate this graph again, or keep the layer in a float mode in the quantization table',
    })
  }
  const { scale, zeroPoint, signed } = quantParams(type.range, { bits: 8, symmetric: !asymmetric })
  return { dtype: signed ? 'i8' : 'u8', shape: type.shape, quant: { scale, zeroPoint, expressed } }
}
