import { describe, expect, it } from 'vitest'
import { murmur128, murmur128OfBytes } from './murmur128.ts'

/* Digests of the reference implementation (MurmurHash3_x86_128, seed 0) for the UTF-16LE bytes of the texts. */
const reference = {
  '': '00000000000000000000000000000000',
  a: '033bb196ccef4fe1ccef4fe1ccef4fe1',
  ab: '260fb953af22b6fdaf22b6fdaf22b6fd',
  abcdefg: '851fde5ef81a9aab2a351f32fa8e8ca7',
  abcdefgh: '6c3576558df898a1a76d230d42147114',
  abcdefghi: '17a3d73237eee48604d39ee1ee7f6ddc',
  'The quick brown fox jumps over the lazy dog': '15beb6860f94f6cafed4894d28be6d5b',
}

describe('murmur128', () => {
  it.each(Object.entries(reference))('of %j is that of the reference implementation', (text, digest) => {
    expect(murmur128(text)).toBe(digest)
  })

  it('of bytes is that of the text they spell, wherever they lie', () => {
    for (const [text, digest] of Object.entries(reference)) {
      for (const offset of [0, 1, 4]) {
        const bytes = new Uint8Array(offset + 2 * text.length)
        for (let i = 0; i < text.length; i++) bytes[offset + 2 * i] = text.charCodeAt(i)
        expect(murmur128OfBytes(bytes.subarray(offset))).toBe(digest)
      }
    }
  })

  it('of bytes counts an odd one', () => {
    expect(murmur128OfBytes(Uint8Array.of(97))).not.toBe(murmur128OfBytes(Uint8Array.of(97, 0)))
  })
})
