import type { AffineFormat, FixedPointFormat } from './number-format.ts'

/** `input scale * weight scale` in float32, zero point 0, stored in 32 bits; per channel with the channel's weight scale (spec/acuity.md 4.1). */
export const affineBiasScale = (input: Pick<AffineFormat, 'scale'>, weight: Pick<AffineFormat, 'scale'>): number =>
  Math.fround(Math.fround(input.scale) * Math.fround(weight.scale))

/** The point of a bias: those of input and weight added; stored in 32 bits for `i8`, in 64 for `i16` (spec/acuity.md 4.1). */
export const fixedPointBias = (
  input: FixedPointFormat,
  weight: FixedPointFormat,
): { readonly type: 'i32' | 'i64'; readonly fl: number } => ({
  type: input.type === 'i16' ? 'i64' : 'i32',
  fl: input.fl + weight.fl,
})
