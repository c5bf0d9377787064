import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { hexadecimal, md5 } from './md5.ts'

it('is the MD5 of RFC 1321, of every length around a block, and of a part of a larger buffer', () => {
  const all = Uint8Array.from({ length: 300 }, (_, i) => (i * 37 + 11) % 256)
  for (let length = 0; length <= 200; length++) {
    const bytes = all.subarray(7, 7 + length)
    expect(hexadecimal(md5(bytes)), `${length} bytes`).toBe(createHash('md5').update(bytes).digest('hex'))
  }
  expect(hexadecimal(md5(new Uint8Array()))).toBe('d41d8cd98f00b204e9800998ecf8427e')
})
