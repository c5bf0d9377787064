import { sha256 } from '@q/ir/graph'

const encoder = new TextEncoder()

/** 32 hexadecimal digits of the SHA-256 of some text. */
export function digestOfText(text: string): string {
  return digestOfBytes(encoder.encode(text))
}

/** 32 hexadecimal digits of the SHA-256 of some bytes. */
export function digestOfBytes(bytes: Uint8Array): string {
  return Array.from(sha256(bytes).subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
