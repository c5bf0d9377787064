import { type RequantizationRow, unpackRequantization } from '@q/ir/number'
import type { Translation } from './translator.ts'

/** How each channel's codes are made, by the constant that tells it; undefined where that is computed. */
export function requantizationRows(t: Translation, parameters: string): readonly RequantizationRow[] | undefined {
  const { constant, type } = t.valueOf(parameters)
  return constant === undefined ? undefined : unpackRequantization(constant.data as Int32Array, type.shape)
}
