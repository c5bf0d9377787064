import { roundHalfEven } from '@q/ir/number'

/** Where one axis reads: two source places for each target place, with weights in 1/2048. */
interface Taps {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly weight0: Int32Array
  readonly weight1: Int32Array
}

/**
 * Bilinear resize of 8-bit pixels, equal to OpenCV's `resize` with `INTER_LINEAR` to the bit.
 *
 * OpenCV works in fixed point: weights of 11 bits, a horizontal sum, then a vertical one that drops 4 bits before and 16 + 2 bits
 * after the multiplication. Halving both sides is a special case, the rounded mean of 2x2 pixels.
 *
 * @param pixels `fromHW[0] * fromHW[1] * channels` bytes, row by row, channels side by side
 * @param fromHW height and width of `pixels`
 * @param toHW height and width of the result, at least 1
 */
export function resizeBilinearU8(
  pixels: Uint8Array,
  channels: number,
  fromHW: readonly [number, number],
  toHW: readonly [number, number],
): Uint8Array {
  const [fromH, fromW] = fromHW
  const [toH, toW] = toHW
  if (pixels.length !== fromH * fromW * channels) {
    throw new RangeError(`${fromH} x ${fromW} pixels of ${channels} channels are ${fromH * fromW * channels} bytes, not ${pixels.length}`)
  }
  if (!(toH >= 1 && toW >= 1)) throw new RangeError(`cannot resize to ${toH} x ${toW}`)
  if (fromH === toH && fromW === toW) return pixels.slice()
  if (fromH === 2 * toH && fromW === 2 * toW) return halve(pixels, channels, toH, toW)

  const across = horizontalTaps(fromW, toW, channels)
  const down = verticalTaps(fromH, toH)
  const rowLength = toW * channels
  const out = new Uint8Array(toH * rowLength)
  let upper = new Int32Array(rowLength)
  let lower = new Int32Array(rowLength)
  let upperRow = -1
  let lowerRow = -1
  for (let y = 0; y < toH; y++) {
    const row0 = down.first[y]!
    const row1 = down.second[y]!
    if (row0 === lowerRow) {
      ;[upper, lower] = [lower, upper]
      ;[upperRow, lowerRow] = [lowerRow, upperRow]
    }
    if (row0 !== upperRow) {
      sumRow(pixels, row0 * fromW * channels, across, upper)
      upperRow = row0
    }
    if (row1 !== lowerRow) {
      if (row1 === upperRow) lower.set(upper)
      else sumRow(pixels, row1 * fromW * channels, across, lower)
      lowerRow = row1
    }
    const v0 = down.weight0[y]!
    const v1 = down.weight1[y]!
    const start = y * rowLength
    for (let i = 0; i < rowLength; i++) out[start + i] = (((v0 * upper[i]!) >> 16) + ((v1 * lower[i]!) >> 16) + 2) >> 2
  }
  return out
}

/** Horizontal sums of one row, already without the 4 bits that the vertical step drops. */
function sumRow(pixels: Uint8Array, start: number, { first, second, weight0, weight1 }: Taps, out: Int32Array): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = (pixels[start + first[i]!]! * weight0[i]! + pixels[start + second[i]!]! * weight1[i]!) >> 4
  }
}

function halve(pixels: Uint8Array, channels: number, height: number, width: number): Uint8Array {
  const out = new Uint8Array(height * width * channels)
  const row = 2 * width * channels
  let to = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const p = 2 * y * row + 2 * x * channels + c
        out[to++] = (pixels[p]! + pixels[p + channels]! + pixels[p + row]! + pixels[p + row + channels]! + 2) >> 2
      }
    }
  }
  return out
}

function horizontalTaps(from: number, to: number, channels: number): Taps {
  const taps = emptyTaps(to * channels)
  for (let x = 0; x < to; x++) {
    let { place, fraction } = sourcePlace(x, from, to)
    if (place < 0) [place, fraction] = [0, 0]
    if (place >= from - 1) [place, fraction] = [from - 1, 0]
    for (let c = 0; c < channels; c++) {
      setTap(taps, x * channels + c, place * channels + c, Math.min(place + 1, from - 1) * channels + c, fraction)
    }
  }
  return taps
}

function verticalTaps(from: number, to: number): Taps {
  const taps = emptyTaps(to)
  const clamp = (row: number): number => Math.min(Math.max(row, 0), from - 1)
  for (let y = 0; y < to; y++) {
    const { place, fraction } = sourcePlace(y, from, to)
    setTap(taps, y, clamp(place), clamp(place + 1), fraction)
  }
  return taps
}

/** The centre of target place `index` in the source, in the mixture of double and single precision that OpenCV uses. */
function sourcePlace(index: number, from: number, to: number): { place: number; fraction: number } {
  const scale = 1 / (to / from)
  const centre = Math.fround((index + 0.5) * scale - 0.5)
  const place = Math.floor(centre)
  return { place, fraction: Math.fround(centre - place) }
}

function emptyTaps(length: number): Taps {
  return { first: new Int32Array(length), second: new Int32Array(length), weight0: new Int32Array(length), weight1: new Int32Array(length) }
}

function setTap(taps: Taps, i: number, first: number, second: number, fraction: number): void {
  taps.first[i] = first
  taps.second[i] = second
  taps.weight0[i] = roundHalfEven(Math.fround(Math.fround(1 - fraction) * 2048))
  taps.weight1[i] = roundHalfEven(Math.fround(fraction * 2048))
}
