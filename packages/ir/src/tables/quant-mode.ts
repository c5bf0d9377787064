import { QError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'

/**
 * The precisions that TPU-MLIR's tables may ask for, as their files spell them. A chip may have others.
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

/**
 * How a layer is computed: integers, a float type, or a mixture of narrow weights and wider activations. An upper-case name: one of {@link quantModes}, or
 * one that a chip's target describes (`Target.schemes`).
 */
export type QuantMode = (typeof quantModes)[number] | (string & {})

/**
 * A mode from its name in upper or lower case.
 *
 * @param more modes that are known beside {@link quantModes}: those of the chip at hand
 * @throws QError `QUANT_MODE_UNKNOWN`
 */
export function parseQuantMode(text: string, at: readonly string[] = [], more: readonly QuantMode[] = []): QuantMode {
  const upper = text.toUpperCase()
  if (more.includes(upper) || (quantModes as readonly string[]).includes(upper)) return upper
  // Of a chip at hand only what it has is advised.
  const known = more.length > 0 ? more : quantModes
  throw new QError('QUANT_MODE_UNKNOWN', `there is no quantization mode "${text}"`, {
    at,
    found: text,
    wanted: `one of ${known.join(', ')}`,
    hint: didYouMean(upper, known, `take ${known.slice(0, 2).join(' or ')}, for instance`),
  })
}
