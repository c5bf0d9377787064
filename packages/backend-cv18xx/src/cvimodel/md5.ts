/** How far each of the 64 steps rotates: four rounds of four amounts. */
const rotations = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const
const constants = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0)
const blockBytes = 64

/** MD5 (RFC 1321): the digest that the format has. It tells accidents, not forgeries. */
export function md5(bytes: Uint8Array): Uint8Array {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  const words = new Int32Array(16)
  const whole = bytes.length - (bytes.length % blockBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < whole; at += blockBytes) mix(state, words, view, at)
  const rest = bytes.subarray(whole)
  // The end: a bit, zeros, and the number of bits in eight bytes.
  const last = new DataView(new ArrayBuffer(rest.length < blockBytes - 8 ? blockBytes : 2 * blockBytes))
  rest.forEach((byte, i) => last.setUint8(i, byte))
  last.setUint8(rest.length, 0x80)
  last.setBigUint64(last.byteLength - 8, 8n * BigInt(bytes.length), true)
  for (let at = 0; at < last.byteLength; at += blockBytes) mix(state, words, last, at)
  const digest = new DataView(new ArrayBuffer(16))
  state.forEach((word, i) => digest.setInt32(4 * i, word, true))
  return new Uint8Array(digest.buffer)
}

/** A digest as text: two digits a byte. */
export function hexadecimal(digest: Uint8Array): string {
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Takes one block into the state. */
function mix(state: Int32Array, words: Int32Array, view: DataView, at: number): void {
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i, true)
  let [a, b, c, d] = state as unknown as [number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const round = i >> 4
    const chosen = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d)
    const word = round === 0 ? i : round === 1 ? 5 * i + 1 : round === 2 ? 3 * i + 5 : 7 * i
    const sum = (a + chosen + constants[i]! + words[word & 15]!) | 0
    const by = rotations[round as 0 | 1 | 2 | 3][(i & 3) as 0 | 1 | 2 | 3]
    ;[a, d, c, b] = [d, c, b, (b + ((sum << by) | (sum >>> (32 - by)))) | 0]
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
}
