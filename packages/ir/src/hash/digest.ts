import { sha256 } from './sha256.ts'

/** The SHA-256 of some bytes as 64 hexadecimal digits. */
export function hexDigest(data: ArrayBufferView): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Array.from(sha256(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The SHA-256 of plain data written as JSON, as 64 hexadecimal digits; infinities, NaN and -0 are told apart. */
export function jsonDigest(data: unknown): string {
  return hexDigest(new TextEncoder().encode(JSON.stringify(data, wholeNumbers)))
}

/** For `JSON.stringify`, which has no infinities and no NaN, and writes -0 as 0. */
export function wholeNumbers(_: string, value: unknown): unknown {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `number ${Object.is(value, -0) ? '-0' : value}`
    : value
}
