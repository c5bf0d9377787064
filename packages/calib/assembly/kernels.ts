// The inner loops over tensor elements, in AssemblyScript with 128-bit vectors. Every loop walks `from .. to`, byte addresses with
// `to - from` a multiple of 16; what fills up the last vector is the caller's choice. Compiled by scripts/compile-kernels.mjs.

const vectorBytes: usize = 16
/** What two walks over the same elements take at a time, so that the second finds them in the nearest cache. */
const pieceBytes: usize = 16384
/** Room for addresses of counters. */
const slotBytes: usize = 4096

/**
 * Writes the lane-wise minimum, maximum and "was NaN" mask of float32 vectors to `out`, 48 bytes, continuing from what stands there. Of zeros of both signs the first in
 * a lane counts.
 *
 * Four vectors at a time, each with a minimum of its own, so that none waits for the one before; which zero was the first is looked up where it matters.
 */
export function extent(from: usize, to: usize, out: usize): void {
  const firstMin = v128.load(out)
  const firstMax = v128.load(out, 16)
  let nan = v128.load(out, 32)
  let min0 = firstMin
  let min1 = firstMin
  let min2 = firstMin
  let min3 = firstMin
  let max0 = firstMax
  let max1 = firstMax
  let max2 = firstMax
  let max3 = firstMax
  let at = from
  while (at + 4 * vectorBytes <= to) {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    min0 = f32x4.pmin(min0, a)
    min1 = f32x4.pmin(min1, b)
    min2 = f32x4.pmin(min2, c)
    min3 = f32x4.pmin(min3, d)
    max0 = f32x4.pmax(max0, a)
    max1 = f32x4.pmax(max1, b)
    max2 = f32x4.pmax(max2, c)
    max3 = f32x4.pmax(max3, d)
    nan = v128.or(nan, v128.or(v128.or(f32x4.ne(a, a), f32x4.ne(b, b)), v128.or(f32x4.ne(c, c), f32x4.ne(d, d))))
    at += 4 * vectorBytes
  }
  let min = f32x4.pmin(f32x4.pmin(min0, min1), f32x4.pmin(min2, min3))
  let max = f32x4.pmax(f32x4.pmax(max0, max1), f32x4.pmax(max2, max3))
  if (v128.any_true(v128.or(hasBothZeros(min, min0, min1, min2, min3), hasBothZeros(max, max0, max1, max2, max3)))) {
    min = firstMin
    max = firstMax
    at = from
  }
  while (at < to) {
    const v = v128.load(at)
    min = f32x4.pmin(min, v)
    max = f32x4.pmax(max, v)
    nan = v128.or(nan, f32x4.ne(v, v))
    at += vectorBytes
  }
  v128.store(out, min)
  v128.store(out, max, 16)
  v128.store(out, nan, 32)
}

/** The lanes in which `extreme` is a zero, and a zero of either sign is among what it is the extreme of. */
function hasBothZeros(extreme: v128, a: v128, b: v128, c: v128, d: v128): v128 {
  const zero = f32x4.splat(0)
  const sign = f32x4.splat(-0.0)
  const negative = v128.or(v128.or(i32x4.eq(a, sign), i32x4.eq(b, sign)), v128.or(i32x4.eq(c, sign), i32x4.eq(d, sign)))
  const positive = v128.or(v128.or(i32x4.eq(a, zero), i32x4.eq(b, zero)), v128.or(i32x4.eq(c, zero), i32x4.eq(d, zero)))
  return v128.and(f32x4.eq(extreme, zero), v128.and(negative, positive))
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
 *
 * The addresses of a few vectors are written to `slots` (4096 bytes) and then read one by one, which is quicker than to take them out of a vector.
 */
export function countBins(from: usize, to: usize, width: f32, last: f32, counts: usize, stride: usize, zeros: usize, slots: usize): void {
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
    const end = min(from + slotBytes, to)
    let at = slots
    while (from < end) {
      const v = f32x4.abs(v128.load(from))
      none = i32x4.sub(none, f32x4.eq(v, f32x4.splat(0)))
      const bins = f32x4.pmin(lasts, f32x4.trunc(f32x4.add(f32x4.div(v, widths), f32x4.splat(0.5))))
      v128.store(at, i32x4.add(i32x4.shl(f32x4.add(bins, f32x4.splat(8388608)), 2), bases))
      from += vectorBytes
      at += vectorBytes
    }
    for (let slot = slots; slot < at; slot += vectorBytes) {
      addOne(load<u32>(slot))
      addOne(load<u32>(slot, 4))
      addOne(load<u32>(slot, 8))
      addOne(load<u32>(slot, 12))
    }
  }
  v128.store(zeros, none)
}

/** What `extent` (`out`) and `countBins` do, in one walk over the elements. */
export function countBinsAndExtent(
  from: usize,
  to: usize,
  width: f32,
  last: f32,
  counts: usize,
  stride: usize,
  zeros: usize,
  slots: usize,
  out: usize,
): void {
  while (from < to) {
    const end = min(from + pieceBytes, to)
    extent(from, end, out)
    countBins(from, end, width, last, counts, stride, zeros, slots)
    from = end
  }
}

/**
 * Adds the int32 counters of `parts` parts, each `stride` bytes after the one before, into those of the first: `from .. to` are its bytes.
 */
export function addParts(from: usize, to: usize, stride: usize, parts: i32): void {
  while (from < to) {
    let sum = v128.load(from)
    let at = from
    for (let part = 1; part < parts; part++) {
      at += stride
      sum = i32x4.add(sum, v128.load(at))
    }
    v128.store(from, sum)
    from += vectorBytes
  }
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

/**
 * Adds `f32(x - y)` squared, in float64, to four running sums at `sums`, of every fourth element by itself; `other` is where the elements y stand.
 */
export function addSquaredDistance(from: usize, to: usize, other: usize, sums: usize): void {
  let low = v128.load(sums)
  let high = v128.load(sums, 16)
  while (from < to) {
    const d = f32x4.sub(v128.load(from), v128.load(other))
    low = f64x2.add(squares(d), low)
    high = f64x2.add(squares(i32x4.shuffle(d, d, 2, 3, 2, 3)), high)
    from += vectorBytes
    other += vectorBytes
  }
  v128.store(sums, low)
  v128.store(sums, high, 16)
}

/** Four running sums as one, (0 + 2) + (1 + 3), which start again at zero. */
export function takeSum(sums: usize): f64 {
  const both = f64x2.add(v128.load(sums), v128.load(sums, 16))
  v128.store(sums, f64x2.splat(0))
  v128.store(sums, f64x2.splat(0), 16)
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1)
}

/**
 * Copies the elements below `low` or above `high` to `out`, in their order, at most up to `end`, where four more must have room. Returns
 * the address behind the last one; writes the address of the first vector not looked at to `stopped`.
 */
export function outside(from: usize, to: usize, low: f32, high: f32, out: usize, end: usize, stopped: usize): usize {
  const lows = f32x4.splat(low)
  const highs = f32x4.splat(high)
  while (from < to && out <= end) {
    const v = v128.load(from)
    if (v128.any_true(v128.or(f32x4.lt(v, lows), f32x4.gt(v, highs)))) {
      for (let at = from; at < from + vectorBytes; at += 4) {
        const value = load<f32>(at)
        if (value < low || value > high) {
          store<f32>(out, value)
          out += 4
        }
      }
    }
    from += vectorBytes
  }
  store<u32>(stopped, <u32>from)
  return out
}

/** How many elements are not zero, the fillers included. */
export function countNonZeros(from: usize, to: usize): i32 {
  let zeros = i32x4.splat(0)
  const all = <i32>((to - from) >> 2)
  while (from < to) {
    zeros = i32x4.sub(zeros, f32x4.eq(v128.load(from), f32x4.splat(0)))
    from += vectorBytes
  }
  return all - i32x4.extract_lane(zeros, 0) - i32x4.extract_lane(zeros, 1) - i32x4.extract_lane(zeros, 2) - i32x4.extract_lane(zeros, 3)
}

/**
 * Copies the magnitudes above `limit` to `out`, in their order, and returns the address behind the last one; up to 12 bytes after it are
 * overwritten. `out` may be `from`. At `packings` stand 16 vectors of byte numbers: vector m moves the lanes of mask m to the front.
 */
export function above(from: usize, to: usize, limit: f32, out: usize, packings: usize): usize {
  const limits = f32x4.splat(limit)
  while (from < to) {
    const v = f32x4.abs(v128.load(from))
    const mask = i32x4.bitmask(f32x4.gt(v, limits))
    v128.store(out, v128.swizzle(v, v128.load(packings + ((<usize>mask) << 4))))
    out += (<usize>i32.popcnt(mask)) << 2
    from += vectorBytes
  }
  return out
}

/** The sum of the magnitudes of `count` elements, at most 8192, in float32, added in pairs as NumPy 1.24 does. */
export function sumInPairs(from: usize, count: i32): f32 {
  if (count > 128) {
    let half = count >> 1
    half -= half & 7
    return sumInPairs(from, half) + sumInPairs(from + ((<usize>half) << 2), count - half)
  }
  let sum: f32 = 0
  const whole = count < 8 ? 0 : count & ~7
  if (whole > 0) {
    let low = f32x4.abs(v128.load(from))
    let high = f32x4.abs(v128.load(from, 16))
    for (let i = 8; i < whole; i += 8) {
      const at = from + ((<usize>i) << 2)
      low = f32x4.add(low, f32x4.abs(v128.load(at)))
      high = f32x4.add(high, f32x4.abs(v128.load(at, 16)))
    }
    const left: f32 = f32x4.extract_lane(low, 0) + f32x4.extract_lane(low, 1) + (f32x4.extract_lane(low, 2) + f32x4.extract_lane(low, 3))
    const right: f32 =
      f32x4.extract_lane(high, 0) + f32x4.extract_lane(high, 1) + (f32x4.extract_lane(high, 2) + f32x4.extract_lane(high, 3))
    sum = left + right
  }
  for (let i = whole; i < count; i++) sum += abs(load<f32>(from + ((<usize>i) << 2)))
  return sum
}
