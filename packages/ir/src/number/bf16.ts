/**
 * What a chip family does when it makes a bfloat16 (the upper half of a float32) of a float32.
 */
export interface Bf16Style {
  readonly rounding: 'half-to-even' | 'toward-zero'
  /** What a number too large becomes: infinity of its sign, or the largest number, always with a plus sign. */
  readonly overflow: 'infinity' | 'largest-positive'
  /** Whether results below the smallest normal become zero of their sign. */
  readonly flushSubnormals: boolean
}

/** Ties to even, overflow to infinity, NaN to 0x7fff, subnormal results to zero. The style used unless another is given. */
export const flushingBf16: Bf16Style = { rounding: 'half-to-even', overflow: 'infinity', flushSubnormals: true }

/** Ties to even, subnormals kept; whatever is not finite afterwards (NaN too, and negatives too) becomes +0x7f7f. */
export const saturatingBf16: Bf16Style = { rounding: 'half-to-even', overflow: 'largest-positive', flushSubnormals: false }

/** The lower 16 bits are dropped; only a NaN that would turn into an infinity becomes 0x7fff. */
export const truncatingBf16: Bf16Style = { rounding: 'toward-zero', overflow: 'infinity', flushSubnormals: false }

/** Ties to even, overflow to infinity, subnormals kept: the conversion of IEEE 754. NaN becomes 0x7fff. */
export const roundingBf16: Bf16Style = { rounding: 'half-to-even', overflow: 'infinity', flushSubnormals: false }

/** The styles by the words of the attribute `bf16` of a node. */
export const bf16Styles = {
  flush: flushingBf16,
  round: roundingBf16,
  saturate: saturatingBf16,
  truncate: truncatingBf16,
} as const satisfies Readonly<Record<string, Bf16Style>>

/** The words for {@link bf16Styles}. */
export type Bf16StyleName = keyof typeof bf16Styles

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/**
 * The bfloat16 bits of `x`, which is rounded to float32 first.
 *
 * The three styles are TPU-MLIR 1.30.2 behaviour. In the default one a float32 between 0x007f8000 and 0x007fffff rounds
 * up to the smallest normal, and only then are subnormals flushed.
 */
export function encodeBf16(x: number, style: Bf16Style = flushingBf16): number {
  float[0] = x
  return bitsOfWord(word[0]!, style)
}

function bitsOfWord(bits: number, style: Bf16Style): number {
  const nan = (bits & 0x7fffffff) > 0x7f800000
  if (style.rounding === 'toward-zero') return nan && (bits & 0x7fffff) < 0x10000 ? 0x7fff : bits >>> 16
  if (style.overflow === 'infinity' && nan) return 0x7fff
  const upper = nan ? 0x7f80 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16
  const exponent = upper & 0x7f80
  if (exponent === 0x7f80 && style.overflow === 'largest-positive') return 0x7f7f
  if (exponent === 0 && style.flushSubnormals) return upper & 0x8000
  return upper
}

/** The number that 16 bits stand for. */
export function decodeBf16(bits: number): number {
  word[0] = (bits << 16) >>> 0
  return float[0]!
}

/** The bfloat16 number for `x`, by {@link encodeBf16}. */
export function roundBf16(x: number, style: Bf16Style = flushingBf16): number {
  return decodeBf16(encodeBf16(x, style))
}

/** {@link roundBf16} of every element; `dst` may be `src`. */
export function roundBf16Array(
  src: Float32Array,
  dst: Float32Array = new Float32Array(src.length),
  style: Bf16Style = flushingBf16,
): Float32Array {
  for (let i = 0; i < src.length; i++) {
    float[0] = src[i]!
    word[0] = (bitsOfWord(word[0]!, style) << 16) >>> 0
    dst[i] = float[0]!
  }
  return dst
}

/** {@link encodeBf16} of every element. */
export function encodeBf16Array(src: Float32Array, style: Bf16Style = flushingBf16): Uint16Array {
  const bits = new Uint16Array(src.length)
  for (let i = 0; i < src.length; i++) bits[i] = encodeBf16(src[i]!, style)
  return bits
}

/** {@link decodeBf16} of every element. */
export function decodeBf16Array(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length)
  const words = new Uint32Array(values.buffer)
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i]! << 16) >>> 0
  return values
}
