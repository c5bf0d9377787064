import { QError } from '@q/ir'

/** Red, green, blue bytes of a picture. */
export interface RgbPixels {
  readonly rgb: Uint8Array
  readonly height: number
  readonly width: number
}

/** Whether the bytes begin like a BMP file. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d
}

/**
 * An uncompressed BMP file of 1, 4, 8, 24 or 32 bits a pixel.
 *
 * @param checkSize throws where that is too large, before room is made for it
 * @throws QError `IMAGE_UNREADABLE` when truncated, `IMAGE_FORMAT` for other kinds of BMP
 */
export function decodeBmp(
  bytes: Uint8Array,
  at: readonly string[],
  checkSize: (size: readonly [height: number, width: number]) => void,
): RgbPixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 54) throw truncated(bytes.length, 54, at)
  const dataOffset = view.getUint32(10, true)
  const headerSize = view.getUint32(14, true)
  const width = view.getInt32(18, true)
  const signedHeight = view.getInt32(22, true)
  const bits = view.getUint16(28, true)
  const compression = view.getUint32(30, true)
  const height = Math.abs(signedHeight)
  if (headerSize < 40 || compression !== 0 || ![1, 4, 8, 24, 32].includes(bits) || width < 1 || height < 1) {
    throw new QError('IMAGE_FORMAT', 'this kind of BMP file is not supported', {
      at,
      found: `${bits} bits a pixel, compression ${compression}, ${width} x ${height}`,
      wanted: 'an uncompressed BMP of 1, 4, 8, 24 or 32 bits a pixel',
      hint: 'convert the image to PNG',
    })
  }
  const rowBytes = Math.ceil((width * bits) / 32) * 4
  if (dataOffset + rowBytes * height > bytes.length) throw truncated(bytes.length, dataOffset + rowBytes * height, at)
  checkSize([height, width])
  const rgb = new Uint8Array(width * height * 3)
  const palette = 14 + headerSize
  for (let y = 0; y < height; y++) {
    const row = dataOffset + rowBytes * (signedHeight > 0 ? height - 1 - y : y)
    for (let x = 0; x < width; x++) {
      const bit = x * bits
      const p = bits >= 24 ? row + bit / 8 : palette + 4 * ((bytes[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1))
      rgb.set([bytes[p + 2] ?? 0, bytes[p + 1] ?? 0, bytes[p] ?? 0], 3 * (y * width + x))
    }
  }
  return { rgb, height, width }
}

function truncated(found: number, wanted: number, at: readonly string[]): QError<'IMAGE_UNREADABLE'> {
  return new QError('IMAGE_UNREADABLE', 'the image is truncated', {
    at,
    found: `${found} bytes`,
    wanted: `${wanted} bytes`,
    hint: 'replace the file, or take it out of the list',
  })
}
