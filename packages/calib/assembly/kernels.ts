// The inner loops over tensor elements, in AssemblyScript with 128-bit vectors. Every loop walks `from .. to`, byte addresses with
// `to - from` a multiple of 16; what fills up the last vector is the caller's choice. Compiled by scripts/compile-kernels.mjs.

const vectorBytes: usize = 16

/**
 * Writes the lane-wise minimum, maximum and "was NaN" mask of float32 vectors to `out`, 48 bytes, continuing from what stands there.
 */
export function extent(from: usize, to: usize, out: usize): void {
  let min = v128.load(out)
  let max = v128.load(out, 16)
  let nan = v128.load(out, 32)
  while (from < to) {
    const v = v128.load(from)
    min = f32x4.pmin(min, v)
    max = f32x4.pmax(max, v)
    nan = v128.or(nan, f32x4.ne(v, v))
    from += vectorBytes
  }
  v128.store(out, min)
  v128.store(out, max, 16)
  v128.store(out, nan, 32)
}

function addOne(address: usize): void {
  store<i32>(address, load<i32>(address) + 1)
}

/**
 * Adds one to the int32 counter of each element's bin, `trunc(f32(f32(|x| / width) + 0.5))`, at most `last`, below 2^23.
 * The counters of lane k start at byte `counts + k * stride`. Adds the number of zeros to four int32 at `zeros`.
 *
 * Adding 2^23 to a whole float32 below it leaves the number in the low bits, where the shift by two makes a byte
 * offset of it and 0x2c000000 of the exponent; the addresses of the counters start with that taken away.
 */
export function countBins(from: usize, to: usize, width: f32, last: f32, counts: usize, stride: usize, zeros: usize): void {
  const widths = f32x4.splat(width)
  const lasts = f32x4.splat(last)
  const first: i32 = <i32>counts - 0x2c000000
  const step = <i32>stride
  let bases = i32x4.splat(first)
  bases = i32x4.replace_lane(bases, 1, first + step)
  bases = i32x4.replace_lane(bases, 2, first + 2 * step)
  bases = i32x4.replace_lane(bases, 3, first + 3 * step)
  let none = v128.load(zeros)
  while (from < to) {
    const v = f32x4.abs(v128.load(from))
    none = i32x4.sub(none, f32x4.eq(v, f32x4.splat(0)))
    const bins = f32x4.pmin(lasts, f32x4.trunc(f32x4.add(f32x4.div(v, widths), f32x4.splat(0.5))))
    const slots = i32x4.add(i32x4.shl(f32x4.add(bins, f32x4.splat(8388608)), 2), bases)
    addOne(i32x4.extract_lane(slots, 0))
    addOne(i32x4.extract_lane(slots, 1))
    addOne(i32x4.extract_lane(slots, 2))
    addOne(i32x4.extract_lane(slots, 3))
    from += vectorBytes
  }
  v128.store(zeros, none)
}

/** Writes `clamp(nearestEven(f32(x * scale)), -128, 127) / scale` of each element to `out`, all in float32. */
export function fakeQuantize(from: usize, to: usize, scale: f32, out: usize): void {
  const scales = f32x4.splat(scale)
  while (from < to) {
    const level = f32x4.nearest(f32x4.mul(v128.load(from), scales))
    v128.store(out, f32x4.div(f32x4.pmax(f32x4.pmin(level, f32x4.splat(127)), f32x4.splat(-128)), scales))
    from += vectorBytes
    out += vectorBytes
  }
}

function squares(lowHalf: v128): v128 {
  const wide = f64x2.promote_low_f32x4(lowHalf)
  return f64x2.mul(wide, wide)
}

/** Sum of `f32(x - y)` squared, in float64; `other` is where the elements y stand. Lanes 0, 1, 2, 3 are summed on their own: (0 + 2) + (1 + 3). */
export function squaredDistance(from: usize, to: usize, other: usize): f64 {
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  while (from < to) {
    const d = f32x4.sub(v128.load(from), v128.load(other))
    low = f64x2.add(squares(d), low)
    high = f64x2.add(squares(i32x4.shuffle(d, d, 2, 3, 2, 3)), high)
    from += vectorBytes
    other += vectorBytes
  }
  const sums = f64x2.add(low, high)
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
}
