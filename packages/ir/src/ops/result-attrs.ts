import { bool, text } from './define.ts'

/**
 * Attributes that every operator has beside its own: how a 16-bit float is made. They say nothing about other results, and a node
 * carries them only where it differs from the defaults.
 *
 * - `unrounded`: a result typed `f16` or `bf16` keeps its float32 digits (a chip's simulator leaves it unrounded);
 * - `bf16`: how bfloat16 numbers are made, one of `bf16Styles`: ties to even with subnormals flushed (`flush`) or kept
 *   (`round`), without infinities (`saturate`: what is not finite becomes the largest number, whose sign is plus whatever the sign was), or by
 *   dropping the lower bits (`truncate`).
 */
export const resultAttrs = {
  unrounded: bool(false),
  bf16: text(['flush', 'round', 'saturate', 'truncate'], 'flush'),
} as const
