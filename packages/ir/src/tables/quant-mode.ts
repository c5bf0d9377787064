import { QError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'

/**
 * The precisions a plan may ask for, as its file spells them.
 *
 * `W<w><a>` means weights in w, activations in a; `...DYN` quantizes activations while running.
 */
export const quantModes = [
  'INT8',
  'UINT8',
  'INT4',
  'BF16',
  'F16',
  'F32',
  'W8F16',
  'W8BF16',
  'W4F16',
  'W4BF16',
  'W4INT8',
  'F8',
  'F8E4M3',
  'F8E5M2',
  'W4F8E4M3',
  'W4F8E5M2',
  'INT8F16DYN',
  'INT8BF16DYN',
  'INT4F16DYN',
  'INT4BF16DYN',
  'F8E4M3F16DYN',
  'F8E4M3BF16DYN',
  'F4F16DYN',
  'F4BF16DYN',
  'MXF4F16DYN',
  'MXF4BF16DYN',
] as const

/** How a layer is computed: integers, a float type, or a mixture of narrow weights and wider activations. */
export type QuantMode = (typeof quantModes)[number]

/**
 * A mode from its name in upper or lower case.
 *
 * @throws QError `QUANT_MODE_UNKNOWN`
 */
export function parseQuantMode(text: string, at: readonly string[] = []): QuantMode {
  const upper = text.toUpperCase()
  const mode = quantModes.find((known) => known === upper)
  if (mode !== undefined) return mode
  throw new QError('QUANT_MODE_UNKNOWN', `there is no quantization mode "${text}"`, {
    at,
    found: text,
    wanted: `one of ${quantModes.join(', ')}`,
    hint: didYouMean(text, quantModes, 'take INT8 or F16, for instance'),
  })
}
