/*
 * IEEE 754 binary16. Numbers are first rounded to binary32, because that is how the tools this is compared with
 * hold them: a double is therefore rounded twice, a float32 value once.
 */

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/** Smallest normal binary16, 2^-14. */
const smallestNormal = 2 ** -14
/** Adding and taking away 2^28 leaves multiples of 2^-24, the binary16 subnormal step, ties to even. */
const subnormalMagic = 2 ** 28
/** Numbers from here on (halfway between 65504 and 65536) overflow. */
const overflow = 65520

/**
 * The binary16 number nearest to `x` (ties to even; subnormals kept; 65520 and above give infinity; NaN stays NaN).
 *
 * `x` is rounded to float32 first.
 */
export function roundF16(x: number): number {
  float[0] = x
  return roundWord()
}

/** Rounds the float32 value now in `float`. */
function roundWord(): number {
  const x = float[0]!
  const magnitude = Math.abs(x)
  if (magnitude >= overflow) return x < 0 ? -Infinity : Infinity
  if (magnitude >= smallestNormal) {
    const bits = word[0]!
    word[0] = (bits + 0xfff + ((bits >>> 13) & 1)) & 0xffffe000
    return float[0]!
  }
  if (x === 0 || x !== x) return x
  const rounded = magnitude + subnormalMagic - subnormalMagic
  return x < 0 ? -rounded : rounded
}

/** The 16 bits of {@link roundF16}(x); NaN gives 0x7e00. */
export function encodeF16(x: number): number {
  if (x !== x) return 0x7e00
  const value = roundF16(x)
  float[0] = value
  const bits = word[0]!
  const sign = (bits >>> 16) & 0x8000
  const magnitude = Math.abs(value)
  if (magnitude === Infinity) return sign | 0x7c00
  if (magnitude >= smallestNormal) return sign | (((bits & 0x7fffffff) - 0x38000000) >>> 13)
  return sign | (magnitude * 2 ** 24)
}

/** The number that 16 bits stand for. */
export function decodeF16(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  const magnitude =
    exponent === 0x1f ? (fraction === 0 ? Infinity : NaN) : exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25)
  return bits & 0x8000 ? -magnitude : magnitude
}

/** {@link roundF16} of every element; `dst` may be `src`. */
export function roundF16Array(src: Float32Array, dst: Float32Array = new Float32Array(src.length)): Float32Array {
  for (let i = 0; i < src.length; i++) {
    float[0] = src[i]!
    dst[i] = roundWord()
  }
  return dst
}

/** {@link encodeF16} of every element. */
export function encodeF16Array(src: Float32Array): Uint16Array {
  const bits = new Uint16Array(src.length)
  for (let i = 0; i < src.length; i++) bits[i] = encodeF16(src[i]!)
  return bits
}

let decoded: Float32Array | undefined

/** {@link decodeF16} of every element. */
export function decodeF16Array(bits: Uint16Array): Float32Array {
  decoded ??= Float32Array.from({ length: 65536 }, (_, pattern) => decodeF16(pattern))
  const values = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) values[i] = decoded[bits[i]!]!
  return values
}
