import type { WasmFunction } from './assemble.ts'

// Every program walks `$from .. $to`, byte addresses with `$to - $from` a multiple of 16.

/** Writes the lane-wise minimum, maximum and "was NaN" mask of float32 vectors to `$out`, 48 bytes, continuing from what stands there. */
const extent: WasmFunction = {
  name: 'extent',
  params: [
    ['from', 'i32'],
    ['to', 'i32'],
    ['out', 'i32'],
  ],
  locals: [
    ['v', 'v128'],
    ['min', 'v128'],
    ['max', 'v128'],
    ['nan', 'v128'],
  ],
  body: `
    local.get $out v128.load local.set $min
    local.get $out i32.const 16 i32.add v128.load local.set $max
    local.get $out i32.const 32 i32.add v128.load local.set $nan
    block loop
      local.get $from local.get $to i32.ge_u br_if 1
      local.get $from v128.load local.set $v
      local.get $min local.get $v f32x4.pmin local.set $min
      local.get $max local.get $v f32x4.pmax local.set $max
      local.get $nan local.get $v local.get $v f32x4.ne v128.or local.set $nan
      local.get $from i32.const 16 i32.add local.set $from
      br 0
    end end
    local.get $out local.get $min v128.store
    local.get $out i32.const 16 i32.add local.get $max v128.store
    local.get $out i32.const 32 i32.add local.get $nan v128.store`,
}

const countLane = (lane: number): string => `
      local.get $bins i32x4.extract_lane ${lane} local.tee $slot
      local.get $slot i32.load i32.const 1 i32.add i32.store`

/**
 * Adds one to the int32 counter of each element's bin, `trunc(f32(f32(|x| / width) + 0.5))`, at most `$last`, below 2^23.
 * The counters of lane k start at byte `$counts + k * $stride`. Adds the number of zeros to four int32 at `$zeros`.
 *
 * Adding 2^23 to a whole float32 below it leaves the number in the low bits, where the shift by two makes a byte
 * offset of it and 0x2c000000 of the exponent; the addresses of the counters start with that taken away.
 */
const countBins: WasmFunction = {
  name: 'countBins',
  params: [
    ['from', 'i32'],
    ['to', 'i32'],
    ['width', 'f32'],
    ['last', 'f32'],
    ['counts', 'i32'],
    ['stride', 'i32'],
    ['zeros', 'i32'],
  ],
  locals: [
    ['v', 'v128'],
    ['bins', 'v128'],
    ['widths', 'v128'],
    ['lasts', 'v128'],
    ['bases', 'v128'],
    ['strides', 'v128'],
    ['none', 'v128'],
    ['slot', 'i32'],
  ],
  body: `
    local.get $width f32x4.splat local.set $widths
    local.get $last f32x4.splat local.set $lasts
    local.get $stride i32x4.splat local.set $strides
    local.get $counts i32.const -738197504 i32.add i32x4.splat local.set $bases
    ${[1, 2, 3]
      .map(
        (lane) => `
    local.get $bases
    local.get $strides v128.const 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
    i8x16.shuffle ${laneMask(lane)}
    i32x4.add local.set $bases`,
      )
      .join('')}
    local.get $zeros v128.load local.set $none
    block loop
      local.get $from local.get $to i32.ge_u br_if 1
      local.get $from v128.load f32x4.abs local.set $v
      local.get $none local.get $v v128.const 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 f32x4.eq i32x4.sub local.set $none
      local.get $lasts
      local.get $v local.get $widths f32x4.div
      v128.const 0 0 0 63 0 0 0 63 0 0 0 63 0 0 0 63 f32x4.add
      f32x4.trunc f32x4.pmin
      v128.const 0 0 0 75 0 0 0 75 0 0 0 75 0 0 0 75 f32x4.add
      i32.const 2 i32x4.shl local.get $bases i32x4.add local.set $bins
      ${[0, 1, 2, 3].map(countLane).join('')}
      local.get $from i32.const 16 i32.add local.set $from
      br 0
    end end
    local.get $zeros local.get $none v128.store`,
}

/** Bytes of the shuffle that takes lanes `lane` and above from the first operand and zeros from the second. */
function laneMask(lane: number): string {
  return Array.from({ length: 16 }, (_, byte) => (byte >= lane * 4 ? byte : 16)).join(' ')
}

/** Writes `clamp(nearestEven(f32(x * scale)), -128, 127) / scale` of each element to `$out`, all in float32. */
const fakeQuantize: WasmFunction = {
  name: 'fakeQuantize',
  params: [
    ['from', 'i32'],
    ['to', 'i32'],
    ['scale', 'f32'],
    ['out', 'i32'],
  ],
  locals: [['scales', 'v128']],
  body: `
    local.get $scale f32x4.splat local.set $scales
    block loop
      local.get $from local.get $to i32.ge_u br_if 1
      local.get $out
      local.get $from v128.load local.get $scales f32x4.mul f32x4.nearest
      v128.const 0 0 254 66 0 0 254 66 0 0 254 66 0 0 254 66 f32x4.pmin
      v128.const 0 0 0 195 0 0 0 195 0 0 0 195 0 0 0 195 f32x4.pmax
      local.get $scales f32x4.div v128.store
      local.get $from i32.const 16 i32.add local.set $from
      local.get $out i32.const 16 i32.add local.set $out
      br 0
    end end`,
}

const upperHalf = '8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15'

/** Sum of `f32(x - y)` squared, in float64; `$other` is where the elements y stand. */
const squaredDistance: WasmFunction = {
  name: 'squaredDistance',
  params: [
    ['from', 'i32'],
    ['to', 'i32'],
    ['other', 'i32'],
  ],
  result: 'f64',
  locals: [
    ['d', 'v128'],
    ['low', 'v128'],
    ['high', 'v128'],
    ['half', 'v128'],
  ],
  body: `
    block loop
      local.get $from local.get $to i32.ge_u br_if 1
      local.get $from v128.load local.get $other v128.load f32x4.sub local.set $d
      local.get $d f64x2.promote_low_f32x4 local.tee $half local.get $half f64x2.mul local.get $low f64x2.add local.set $low
      local.get $d local.get $d i8x16.shuffle ${upperHalf} f64x2.promote_low_f32x4
      local.tee $half local.get $half f64x2.mul local.get $high f64x2.add local.set $high
      local.get $from i32.const 16 i32.add local.set $from
      local.get $other i32.const 16 i32.add local.set $other
      br 0
    end end
    local.get $low local.get $high f64x2.add local.tee $low f64x2.extract_lane 0
    local.get $low f64x2.extract_lane 1 f64.add`,
}

/** The inner loops over tensor elements, as WebAssembly with 128-bit vectors. */
export const programs: readonly WasmFunction[] = [extent, countBins, fakeQuantize, squaredDistance]
