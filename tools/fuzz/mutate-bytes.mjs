/** Bytes of a file cut short, changed, left out, doubled, or put in. @param {Buffer} bytes */
export function mutateBytes(bytes, random) {
  let damaged = Buffer.from(bytes)
  for (let left = random.pick([1, 1, 1, 2, 4, 16]); left > 0; left--) damaged = random.pick(mutations)(damaged, random)
  return damaged
}

/** Headers are where files say how they go on: half of all places are near the beginning or the end. */
function placeIn(bytes, random) {
  const { length } = bytes
  if (length === 0) return 0
  const near = Math.min(length, 600)
  return random.pick([() => random.below(length), () => random.below(near), () => length - 1 - random.below(near)])()
}

const put = (bytes, at, more) => Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)])

const mutations = [
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  flipped,
  flipped,
  set,
  set,
  (bytes, random) => {
    const at = placeIn(bytes, random)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(60))])
  },
  // A part lost of which the end is there, as a broken copy leaves it.
  (bytes, random) => {
    const [at, end] = [placeIn(bytes, random), bytes.length - random.below(Math.min(64, bytes.length + 1))]
    return at >= end
      ? bytes
      : random.chance(0.5)
        ? Buffer.from(bytes).fill(0, at, end)
        : Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)])
  },
  (bytes, random) => put(bytes, placeIn(bytes, random), Buffer.from(random.list(1 + random.below(9), () => random.below(256)))),
  (bytes, random) => {
    const at = placeIn(bytes, random)
    return put(bytes, at, bytes.subarray(at, at + 1 + random.below(200)))
  },
  wholeNumber,
  wholeNumber,
  (bytes, random) => {
    const at = placeIn(bytes, random)
    return Buffer.from(bytes).fill(random.pick([0, 0xff]), at, Math.min(bytes.length, at + 1 + random.below(64)))
  },
]

function flipped(bytes, random) {
  if (bytes.length > 0) bytes[placeIn(bytes, random)] ^= 1 << random.below(8)
  return bytes
}

function set(bytes, random) {
  if (bytes.length > 0) bytes[placeIn(bytes, random)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)])
  return bytes
}

/** Sizes and offsets of binary files are numbers of 2, 4 or 8 bytes. */
function wholeNumber(bytes, random) {
  const width = random.pick([2, 4, 8])
  if (bytes.length < width) return bytes
  const at = Math.min(placeIn(bytes, random), bytes.length - width)
  const value = BigInt.asUintN(
    8 * width,
    BigInt(random.pick([0, 1, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, 2 ** 33, 2 ** 53, bytes.length, bytes.length + 1])),
  )
  for (let i = 0; i < width; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 255n)
  return bytes
}
