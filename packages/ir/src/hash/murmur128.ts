const c1 = 0x239b961b
const c2 = 0xab0e9789
const c3 = 0x38b34ae5
const c4 = 0xa1e38b93

const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

function finalized(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const hex = (x: number): string => (x >>> 0).toString(16).padStart(8, '0')

/** Texts are laid out here: keys are made one after the other. */
let desk = new Uint32Array(256)

/**
 * The 128-bit digest of a text, 32 hexadecimal digits: MurmurHash3_x86_128 with seed 0 over its UTF-16 code units, low byte first. Fast and evenly
 * spread, for keys of a cache; not for texts that somebody may have chosen to collide.
 *
 * @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */
export function murmur128(text: string): string {
  const count = (text.length + 1) >>> 1
  if (count > desk.length) desk = new Uint32Array(2 * count)
  for (let i = 0, at = 0; i < count; i++, at += 2) {
    desk[i] = text.charCodeAt(at) | ((at + 1 < text.length ? text.charCodeAt(at + 1) : 0) << 16)
  }
  return digestOfWords(desk, count, 2 * text.length)
}

/** The same of the bytes of an array, as they lie in memory. */
export function murmur128OfBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const count = (byteLength + 3) >>> 2
  if (byteOffset % 4 === 0 && byteLength % 4 === 0) return digestOfWords(new Uint32Array(buffer, byteOffset, count), count, byteLength)
  const padded = new Uint8Array(4 * count)
  padded.set(new Uint8Array(buffer, byteOffset, byteLength))
  return digestOfWords(new Uint32Array(padded.buffer), count, byteLength)
}

/** @param count how many of the words count; what is missing to four is 0 */
function digestOfWords(words: Uint32Array, count: number, bytes: number): string {
  let [h1, h2, h3, h4] = [0, 0, 0, 0]
  const whole = (bytes >>> 4) << 2
  for (let at = 0; at < whole; at += 4) {
    h1 ^= Math.imul(rotated(Math.imul(words[at]!, c1), 15), c2)
    h1 = (Math.imul(rotated(h1, 19) + h2, 5) + 0x561ccd1b) | 0
    h2 ^= Math.imul(rotated(Math.imul(words[at + 1]!, c2), 16), c3)
    h2 = (Math.imul(rotated(h2, 17) + h3, 5) + 0x0bcaa747) | 0
    h3 ^= Math.imul(rotated(Math.imul(words[at + 2]!, c3), 17), c4)
    h3 = (Math.imul(rotated(h3, 15) + h4, 5) + 0x96cd1c35) | 0
    h4 ^= Math.imul(rotated(Math.imul(words[at + 3]!, c4), 18), c1)
    h4 = (Math.imul(rotated(h4, 13) + h1, 5) + 0x32ac3b17) | 0
  }
  const rest = (place: number): number => (whole + place < count ? words[whole + place]! : 0)
  h1 ^= Math.imul(rotated(Math.imul(rest(0), c1), 15), c2)
  h2 ^= Math.imul(rotated(Math.imul(rest(1), c2), 16), c3)
  h3 ^= Math.imul(rotated(Math.imul(rest(2), c3), 17), c4)
  h4 ^= Math.imul(rotated(Math.imul(rest(3), c4), 18), c1)

  h1 ^= bytes
  h2 ^= bytes
  h3 ^= bytes
  h4 ^= bytes
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = finalized(h1)
  h2 = finalized(h2)
  h3 = finalized(h3)
  h4 = finalized(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  return hex(h1) + hex(h2 + h1) + hex(h3 + h1) + hex(h4 + h1)
}
