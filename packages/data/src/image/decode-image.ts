import { isQError, QError } from '@q/ir'
import type { Sharp, default as SharpLibrary } from 'sharp'

import { unpackedBytes, usualMostBytes } from '../files/limits.ts'
import { readBytes } from '../files/read-bytes.ts'
import { decodeBmp, isBmp } from './bmp.ts'
import { grayLikeLibjpeg, grayLikeLibpng, grayLikeOpenCv, pngGamma } from './gray.ts'
import type { Image } from './image.ts'
import { declareRgb, type JpegColour, jpegColour } from './jpeg-luma.ts'

/** The channels of a decoded image. */
export type DecodedFormat = 'bgr' | 'gray' | 'rgba'

/**
 * Decodes a JPEG, PNG, BMP, … image to the pixels that OpenCV's `imread` gives.
 *
 * ICC profiles are ignored, the EXIF orientation is applied (not for `rgba`), 16-bit images keep their high bytes. `gray` is the file's own
 * Y plane for a JPEG, and the mixture of the format's library otherwise. A truncated or damaged file is
 * an error, where OpenCV returns half a picture.
 *
 * @param source a path, or the bytes of a file
 * @throws QError `FILE_MISSING` and alike, `IMAGE_EMPTY`, `IMAGE_UNREADABLE`, `IMAGE_FORMAT`, `IMAGE_LARGE`
 */
export async function decodeImage(
  source: string | Uint8Array,
  format: DecodedFormat = 'bgr',
  at?: readonly string[],
  mostBytes = usualMostBytes,
): Promise<Image> {
  const place = at ?? [typeof source === 'string' ? source : 'image bytes']
  const bytes = typeof source === 'string' ? await readBytes(source, place, mostBytes) : source
  if (bytes.length === 0) {
    throw new QError('IMAGE_EMPTY', 'the image file is empty', {
      at: place,
      found: '0 bytes',
      wanted: 'a JPEG, PNG or BMP image',
      hint: 'replace the file, or take it out of the list',
    })
  }
  // A library of many megabytes: who decodes nothing with it does not pay for it.
  const sharp = isBmp(bytes) ? undefined : (await import('sharp')).default
  try {
    const limit = { at: place, pixels: Math.floor(unpackedBytes(mostBytes) / bytesOfPixel) }
    return sharp === undefined ? fromBmp(bytes, format, limit) : await fromSharp(sharp, bytes, format, limit)
  } catch (cause) {
    if (isQError(cause)) throw cause
    throw unreadable(bytes, cause, place)
  }
}

function fromBmp(bytes: Uint8Array, format: DecodedFormat, { at, pixels }: Limit): Image {
  const { rgb, height, width } = decodeBmp(bytes, at, (found) => checkPixels(found, pixels, at))
  if (format === 'gray') return { data: grayLikeOpenCv(rgb), height, width, channels: 1 }
  if (format === 'bgr') return { data: swapRedBlue(rgb), height, width, channels: 3 }
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let i = 0; i < width * height; i++) data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i)
  return { data, height, width, channels: 4 }
}

async function fromSharp(
  sharp: typeof SharpLibrary,
  bytes: Uint8Array,
  format: DecodedFormat,
  { at, pixels: most }: Limit,
): Promise<Image> {
  const jpeg = jpegColour(bytes)
  if (jpeg?.model === 'other') {
    throw new QError('IMAGE_FORMAT', 'JPEG images of four inks (CMYK) are not supported', {
      at,
      found: `${jpeg.components} components`,
      wanted: 'a gray or colour JPEG',
      hint: 'convert the image to RGB',
    })
  }
  const ownLuma = format === 'gray' && jpeg?.model === 'ycc'
  const file = ownLuma ? declareRgb(bytes) : bytes
  // The bound is this program's own, and its error says so.
  const open = (failOn: 'error' | 'warning') => sharp(file, { failOn, ignoreIcc: true, limitInputPixels: false })
  const stated = await open('error').metadata()
  if (!pictures.has(stated.format)) {
    throw new QError('IMAGE_FORMAT', 'this is no picture of pixels', {
      at,
      found: stated.format,
      wanted: 'a JPEG, PNG, BMP, WebP, TIFF or GIF image',
      hint: 'convert the image to PNG',
    })
  }
  checkPixels([stated.height, stated.width], most, at)
  const decode = (failOn: 'error' | 'warning') => pixelsOf(open(failOn), format, { ownLuma, jpeg, bytes, space: stated.space })
  try {
    return await decode('warning')
  } catch (cause) {
    // What a decoder warns of is mostly harmless, as profiles are, or filling behind the picture.
    if (losesPixels(String(cause), jpeg)) throw cause
    return decode('error')
  }
}

/** Kinds of files that hold pixels, not drawings or pages. */
const pictures: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif'])

/** Warnings of a decoder that has gone on without what it did not find: half of the picture may be gray. */
const losses = /premature end|bad Huffman|Inconsistent progression|Invalid frame data/i

const losesPixels = (warning: string, jpeg: JpegColour | undefined): boolean =>
  losses.test(warning) || (jpeg?.isProgressive === true && warning.includes('extraneous bytes'))

/** What of a file says how its pixels become those that are wanted. */
interface Stored {
  readonly ownLuma: boolean
  readonly jpeg: JpegColour | undefined
  readonly bytes: Uint8Array
  readonly space: string | undefined
}

async function pixelsOf(input: Sharp, format: DecodedFormat, { ownLuma, jpeg, bytes, space }: Stored): Promise<Image> {
  const oriented = format === 'rgba' ? input : input.autoOrient()
  if (format === 'gray' && jpeg === undefined && space === 'rgb16') return gray16(oriented)
  const coloured = oriented.toColourspace('srgb')
  const { data, info } = await (format === 'rgba' ? coloured.ensureAlpha() : coloured.removeAlpha())
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { height, width } = info
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (format === 'rgba') return { data: info.channels === 4 ? pixels : expandGrayAlpha(pixels), height, width, channels: 4 }
  if (info.channels === 1) {
    return format === 'gray' ? { data: pixels, height, width, channels: 1 } : { data: repeatGray(pixels), height, width, channels: 3 }
  }
  if (format === 'bgr') return { data: swapRedBlue(pixels), height, width, channels: 3 }
  const gray = ownLuma ? everyThird(pixels) : jpeg === undefined ? grayLikeLibpng(pixels, pngGamma(bytes)) : grayLikeLibjpeg(pixels)
  return { data: gray, height, width, channels: 1 }
}

/** What a pixel takes while a picture is decoded, turned, and made into numbers. */
const bytesOfPixel = 16

interface Limit {
  readonly at: readonly string[]
  readonly pixels: number
}

/** Refuses a picture before room is made for its pixels. @throws QError `IMAGE_LARGE` */
function checkPixels([height, width]: readonly [height: number, width: number], most: number, at: readonly string[]): void {
  if (height * width <= most) return
  throw new QError('IMAGE_LARGE', 'the picture has more pixels than may be held in memory', {
    at,
    found: `${height} x ${width} pixels`,
    wanted: `${most} pixels at most`,
    hint: 'make the picture smaller, or allow more with --max-memory',
  })
}

/** libpng mixes the channels before it drops the low bytes. */
async function gray16(image: Sharp): Promise<Image> {
  const { data, info } = await image.toColourspace('rgb16').removeAlpha().raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true })
  const pixels = new Uint16Array(Uint8Array.from(data).buffer)
  return { data: grayLikeLibpng(pixels), height: info.height, width: info.width, channels: 1 }
}

function swapRedBlue(pixels: Uint8Array): Uint8Array {
  for (let p = 0; p < pixels.length; p += 3) {
    const red = pixels[p]!
    pixels[p] = pixels[p + 2]!
    pixels[p + 2] = red
  }
  return pixels
}

function everyThird(pixels: Uint8Array): Uint8Array {
  const out = new Uint8Array(pixels.length / 3)
  for (let i = 0; i < out.length; i++) out[i] = pixels[3 * i]!
  return out
}

function repeatGray(gray: Uint8Array): Uint8Array {
  const out = new Uint8Array(gray.length * 3)
  for (let i = 0; i < gray.length; i++) out.fill(gray[i]!, 3 * i, 3 * i + 3)
  return out
}

function expandGrayAlpha(pixels: Uint8Array): Uint8Array {
  const out = new Uint8Array(pixels.length * 2)
  for (let i = 0; i < pixels.length / 2; i++) {
    out.fill(pixels[2 * i]!, 4 * i, 4 * i + 3)
    out[4 * i + 3] = pixels[2 * i + 1]!
  }
  return out
}

function unreadable(bytes: Uint8Array, cause: unknown, at: readonly string[]): QError<'IMAGE_UNREADABLE'> {
  const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause)
  return new QError('IMAGE_UNREADABLE', 'the image cannot be decoded', {
    at,
    found: `${bytes.length} bytes, ${kindOf(bytes)}; ${reason}`,
    wanted: 'a complete JPEG, PNG or BMP image',
    hint: 'replace the file, or take it out of the list',
    cause,
  })
}

function kindOf(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 64))
  if (head.startsWith('\xff\xd8')) return 'begun like a JPEG'
  if (head.startsWith('\x89PNG')) return 'begun like a PNG'
  if (head.startsWith('PK')) return 'a zip archive'
  if (head.startsWith('\x93NUMPY')) return 'an npy array'
  return /^[\t\n\r\x20-\x7e]+$/.test(head) ? 'plain text' : 'of no known kind'
}
