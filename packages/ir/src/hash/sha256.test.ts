import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { portableSha256, sha256 } from './sha256.ts'

describe.each([
  ['of this platform', sha256],
  ['without one', portableSha256],
] as const)('sha256 %s', (_, digest) => {
  it.each([0, 1, 55, 56, 63, 64, 65, 1000])('equals the platform digest for %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + 7) & 255)
    expect(Buffer.from(digest(bytes)).toString('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
  })
})
