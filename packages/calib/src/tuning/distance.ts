/** NumPy reduces an array in buffers of this many elements. */
const bufferLength = 8192

/** L1 norm in float32, see {@link pairwiseSum}. */
export function l1Norm(values: Float32Array): number {
  return pairwiseSum(values, Math.abs)
}

/**
 * Sum of a term of each element in float32, as NumPy 1.24 sums a contiguous array, so near ties fall the same way: in pairs within a buffer,
 * buffer after buffer.
 *
 * @param term a float32 made of an element
 */
export function pairwiseSum(values: Float32Array, term: (value: number) => number): number {
  let sum = 0
  for (let at = 0; at < values.length; at += bufferLength) {
    sum = Math.fround(sum + pairwise(values, term, at, Math.min(bufferLength, values.length - at)))
  }
  return sum
}

/** Arrays up to this long are summed by eight running sums. */
const blockLength = 128

type Term = (value: number) => number

function pairwise(values: Float32Array, term: Term, from: number, length: number): number {
  if (length < 8) {
    let sum = 0
    for (let i = from; i < from + length; i++) sum = Math.fround(sum + term(values[i]!))
    return sum
  }
  if (length <= blockLength) return block(values, term, from, length)
  const half = (length >> 1) - ((length >> 1) % 8)
  return Math.fround(pairwise(values, term, from, half) + pairwise(values, term, from + half, length - half))
}

function block(values: Float32Array, term: Term, from: number, length: number): number {
  const at = (i: number): number => term(values[from + i]!)
  let a = at(0)
  let b = at(1)
  let c = at(2)
  let d = at(3)
  let e = at(4)
  let f = at(5)
  let g = at(6)
  let h = at(7)
  const whole = length - (length % 8)
  for (let i = 8; i < whole; i += 8) {
    a = Math.fround(a + at(i))
    b = Math.fround(b + at(i + 1))
    c = Math.fround(c + at(i + 2))
    d = Math.fround(d + at(i + 3))
    e = Math.fround(e + at(i + 4))
    f = Math.fround(f + at(i + 5))
    g = Math.fround(g + at(i + 6))
    h = Math.fround(h + at(i + 7))
  }
  const left = Math.fround(Math.fround(a + b) + Math.fround(c + d))
  const right = Math.fround(Math.fround(e + f) + Math.fround(g + h))
  let sum = Math.fround(left + right)
  for (let i = whole; i < length; i++) sum = Math.fround(sum + at(i))
  return sum
}

/**
 * `||reference - output||_2 / ||reference||_1`, norms and quotient rounded to float32.
 *
 * @param squared sum of the squared differences
 * @param norm {@link l1Norm} of the reference
 */
export function relativeDistance(squared: number, norm: number): number {
  return Math.fround(Math.fround(Math.sqrt(Math.fround(squared))) / norm)
}
