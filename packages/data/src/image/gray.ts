// OpenCV leaves the weights to each format's library, so one picture has a slightly different gray in every format.

type Mix = (r: number, g: number, b: number) => number

/**
 * Gray of RGB pixels as libpng computes it: weights of 15 bits, cut off for 8-bit pixels, rounded for 16-bit ones; equal channels stay.
 *
 * @param gamma the gamma the file states; then an 8-bit mixture is made of linear light, through tables of 8 bits
 */
export function grayLikeLibpng(rgb: Uint8Array | Uint16Array, gamma?: number): Uint8Array {
  if (rgb instanceof Uint16Array) {
    return gray(rgb, (r, g, b) => (r === g && r === b ? r : (9797 * r + 19234 * g + 3737 * b + 16384) >>> 15) >>> 8)
  }
  // libpng takes a gamma within 5 % of 1 for none.
  if (gamma === undefined || Math.abs(gamma - 1) < 0.05) {
    return gray(rgb, (r, g, b) => (r === g && r === b ? r : (9797 * r + 19234 * g + 3737 * b) >> 15))
  }
  const toLight = powerTable(1 / gamma)
  const fromLight = powerTable(gamma)
  return gray(rgb, (r, g, b) =>
    r === g && r === b ? r : fromLight[(9797 * toLight[r]! + 19234 * toLight[g]! + 3737 * toLight[b]! + 16384) >> 15]!,
  )
}

/** Gray of 8-bit RGB pixels as libjpeg computes it for a file that holds RGB: weights of 16 bits, rounded. */
export function grayLikeLibjpeg(rgb: Uint8Array): Uint8Array {
  return gray(rgb, (r, g, b) => (19595 * r + 38470 * g + 7471 * b + 32768) >> 16)
}

/** Gray of 8-bit RGB pixels as OpenCV's own code computes it: weights of 14 bits, rounded. */
export function grayLikeOpenCv(rgb: Uint8Array): Uint8Array {
  return gray(rgb, (r, g, b) => (4899 * r + 9617 * g + 1868 * b + 8192) >> 14)
}

/** The gamma a PNG file states before its pixels (chunks `gAMA` and `sRGB`), if any. */
export function pngGamma(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let gamma: number | undefined
  for (let p = 8; p + 12 <= bytes.length; p += 12 + view.getUint32(p)) {
    const kind = String.fromCharCode(...bytes.subarray(p + 4, p + 8))
    if (kind === 'IDAT') break
    if (kind === 'sRGB') return 0.45455
    if (kind === 'gAMA') gamma = view.getUint32(p + 8) / 100_000 || undefined
  }
  return gamma
}

function powerTable(exponent: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => Math.floor(255 * (value / 255) ** exponent + 0.5))
}

function gray(rgb: Uint8Array | Uint16Array, mix: Mix): Uint8Array {
  const out = new Uint8Array(rgb.length / 3)
  for (let i = 0, p = 0; i < out.length; i++, p += 3) out[i] = mix(rgb[p]!, rgb[p + 1]!, rgb[p + 2]!)
  return out
}
