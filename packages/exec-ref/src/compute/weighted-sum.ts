/**
 * `sums[i] += sum over t of weights[first + t] * values[offsets[t] + i]` for `i` from `begin` to `end` - 1 and `count` terms.
 *
 * The inner loop of every convolution and matrix product. Doubles keep integers exact up to 2^53 and cost here what
 * 32-bit integers cost.
 */
export function addWeighted(
  sums: Float64Array,
  values: Float64Array,
  offsets: Int32Array,
  weights: Float64Array,
  first: number,
  count: number,
  begin: number,
  end: number,
): void {
  let t = 0
  for (; t + 4 <= count; t += 4) {
    const w0 = weights[first + t]!
    const w1 = weights[first + t + 1]!
    const w2 = weights[first + t + 2]!
    const w3 = weights[first + t + 3]!
    let p0 = offsets[t]! + begin
    let p1 = offsets[t + 1]! + begin
    let p2 = offsets[t + 2]! + begin
    let p3 = offsets[t + 3]! + begin
    for (let i = begin; i < end; i++) {
      sums[i] = sums[i]! + w0 * values[p0++]! + w1 * values[p1++]! + w2 * values[p2++]! + w3 * values[p3++]!
    }
  }
  for (; t < count; t++) {
    const w = weights[first + t]!
    let p = offsets[t]! + begin
    for (let i = begin; i < end; i++) sums[i] = sums[i]! + w * values[p++]!
  }
}

/** The same for all offsets, with every sum rounded to float32 after every term. */
export function addWeightedInF32(
  sums: Float32Array,
  values: Float64Array,
  offsets: Int32Array,
  weights: Float64Array,
  first: number,
  begin: number,
  end: number,
): void {
  for (let t = 0; t < offsets.length; t++) {
    const w = weights[first + t]!
    let p = offsets[t]! + begin
    for (let i = begin; i < end; i++) sums[i] = sums[i]! + w * values[p++]!
  }
}
