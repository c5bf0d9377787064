import { type Preprocess, QError } from '@q/ir'

import { unpackedBytes, usualMostBytes } from '../files/limits.ts'
import type { SampleInput } from '../samples/sample-input.ts'
import type { DecodedFormat } from './decode-image.ts'
import type { Image } from './image.ts'
import { pictureBytes } from './picture-bytes.ts'
import { resizeBilinearU8 } from './resize-bilinear.ts'

/** Batch, channels, height and width of an input that takes images. */
export interface ImageLayout {
  readonly batch: number
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly preprocess: Preprocess
}

/** What {@link decodeImage} must give for an input: gray and rgba as named, every other format as blue, green, red. */
export function decodedFormat({ pixelFormat }: Preprocess): DecodedFormat {
  return pixelFormat === 'gray' || pixelFormat === 'rgba' ? pixelFormat : 'bgr'
}

/**
 * How an input takes images: `[N, C, H, W]`, `[N, H, W, C]` for `nhwc`, and the same without N.
 *
 * @throws QError `INPUT_NOT_IMAGE`
 */
export function imageLayout(input: SampleInput): ImageLayout {
  const { preprocess, shape, name } = input
  if (preprocess?.picture !== undefined) {
    const [height = 0, width = 0] = preprocess.resizeDims
    const channels = preprocess.pixelFormat === 'gray' ? 1 : preprocess.pixelFormat === 'rgba' ? 4 : 3
    return { batch: shape[0]!, channels, height, width, preprocess }
  }
  if (preprocess === undefined || preprocess.channelFormat === 'none') {
    throw new QError('INPUT_NOT_IMAGE', `the network input ${name} says nothing about images`, {
      at: [`input ${name}`],
      found: `shape [${shape.join(', ')}] without preprocessing`,
      wanted: 'an npz or npy file of its shape',
      hint: 'give the samples as npz, or import the model with --pixel_format, --mean and --scale',
    })
  }
  const channels = preprocess.pixelFormat === 'gray' ? 1 : preprocess.pixelFormat === 'rgba' ? 4 : 3
  const nhwc = preprocess.channelFormat === 'nhwc'
  const lead = shape.length === 3 && (nhwc ? shape[2] : shape[0]) === channels ? [1, ...shape] : shape
  const full = lead.length === 3 && channels === 1 ? (nhwc ? [...lead, 1] : [lead[0]!, 1, lead[1]!, lead[2]!]) : lead
  const [batch = 0, a = 0, b = 0, c = 0] = full
  const [ch, height, width] = nhwc ? [c, a, b] : [a, b, c]
  if (full.length !== 4 || ch !== channels) {
    throw new QError('INPUT_NOT_IMAGE', `the network input ${name} does not fit its pixel format`, {
      at: [`input ${name}`],
      found: `shape [${shape.join(', ')}]`,
      wanted: `${channels} channels (${preprocess.pixelFormat}), laid out ${preprocess.channelFormat}`,
      hint: 'check pixel_format and channel_format, or give the samples as npz',
    })
  }
  return { batch, channels, height, width, preprocess }
}

/**
 * One decoded image as one row of a network's batch, TPU-MLIR 1.30.2 behaviour to the bit.
 *
 * Resize to `resizeDims` (stretched, letterboxed or by the short side and cropped), centre crop to the network's size, swap to RGB,
 * `(x - mean) * scale` in float32, in the order of the input's channel format. An input that takes the picture itself gets the bytes of the resized one.
 *
 * @param image pixels in the format {@link decodedFormat} names
 * @throws QError `INPUT_NOT_IMAGE`, `PREPROCESS_SIZE`, `PREPROCESS_CHANNELS`
 */
export function preprocessImage(image: Image, input: SampleInput, mostBytes = usualMostBytes): Float32Array | Uint8Array {
  const { channels, height, width, preprocess } = imageLayout(input)
  if (image.channels !== channels) {
    throw new QError('PREPROCESS_CHANNELS', 'the image was decoded to other channels than the input takes', {
      at: [`input ${input.name}`],
      found: `${image.channels} channels`,
      wanted: `${channels} channels`,
      hint: 'decode with decodedFormat(preprocess)',
    })
  }
  const [resizeH = height, resizeW = width] = preprocess.resizeDims
  if (resizeH < height || resizeW < width) {
    throw new QError('PREPROCESS_SIZE', 'resize_dims are smaller than the network input', {
      at: [`input ${input.name}`],
      found: `${resizeH} x ${resizeW}`,
      wanted: `at least ${height} x ${width}`,
      hint: 'correct resize_dims',
    })
  }
  const resized = resizeTo(
    image,
    { height: resizeH, width: resizeW },
    { preprocess, name: input.name, mostBytes: unpackedBytes(mostBytes) },
  )
  if (preprocess.picture !== undefined) return pictureBytes(resized, input, { channels, height, width })
  const top = Math.floor(resizeH / 2) - Math.floor(height / 2)
  const left = Math.floor(resizeW / 2) - Math.floor(width / 2)
  const out = new Float32Array(channels * height * width)
  const nhwc = preprocess.channelFormat === 'nhwc'
  for (let c = 0; c < channels; c++) {
    const source = preprocess.pixelFormat === 'rgb' ? 2 - c : c
    const table = normalizing(constantOf('mean', c, channels, input), constantOf('scale', c, channels, input))
    for (let y = 0; y < height; y++) {
      let from = ((top + y) * resizeW + left) * channels + source
      let to = nhwc ? y * width * channels + c : (c * height + y) * width
      const step = nhwc ? channels : 1
      for (let x = 0; x < width; x++, from += channels, to += step) out[to] = table[resized[from]!]!
    }
  }
  return out
}

/** `(x - mean) * scale` for every byte, each step in float32. */
function normalizing(mean: number, scale: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, x) => Math.fround(Math.fround(x - Math.fround(mean)) * Math.fround(scale)))
}

function constantOf(key: 'mean' | 'scale', channel: number, channels: number, { name, preprocess }: SampleInput): number {
  const values = preprocess![key]
  if (values.length === 0) return key === 'mean' ? 0 : 1
  if (channels === 1 || values.length === 1) return values[0]!
  if (values.length !== channels) {
    throw new QError('PREPROCESS_CHANNELS', `${key} has another number of values than the image has channels`, {
      at: [`input ${name}`],
      found: `${values.length} values`,
      wanted: `${channels} values`,
      hint: `give one ${key} for each channel`,
    })
  }
  return values[channel]!
}

/** How an image becomes one of another size. */
interface Resizing {
  readonly preprocess: Preprocess
  /** Of the input. */
  readonly name: string
  readonly mostBytes: number
}

function resizeTo(image: Image, { height, width }: Pick<Image, 'height' | 'width'>, { preprocess, name, mostBytes }: Resizing): Uint8Array {
  const { data, channels } = image
  const from = [image.height, image.width] as const
  checkSize(height * width * channels, mostBytes, name)
  if (!preprocess.keepAspectRatio) return resizeBilinearU8(data, channels, from, [height, width])
  const across = width / image.width
  const down = height / image.height
  if (preprocess.keepRatioMode === 'short_side_scale') {
    const ratio = Math.max(across, down)
    const w = Math.max(Math.trunc(image.width * ratio), width)
    const h = Math.max(Math.trunc(image.height * ratio), height)
    checkSize(h * w * channels, mostBytes, name)
    const big = resizeBilinearU8(data, channels, from, [h, w])
    const out = new Uint8Array(height * width * channels)
    paste(big, w, out, width, { rows: height, columns: width, fromY: (h - height) >> 1, fromX: (w - width) >> 1, toY: 0, toX: 0, channels })
    return out
  }
  const ratio = Math.min(across, down)
  const w = Math.trunc(image.width * ratio)
  const h = Math.trunc(image.height * ratio)
  if (w < 1 || h < 1) {
    throw new QError('PREPROCESS_SIZE', 'the image is too elongated to be letterboxed', {
      at: [`input ${name}`],
      found: `${image.height} x ${image.width}, which becomes ${h} x ${w}`,
      wanted: 'at least one pixel',
      hint: 'take the image out of the list',
    })
  }
  const small = resizeBilinearU8(data, channels, from, [h, w])
  const out = new Uint8Array(height * width * channels).fill(preprocess.padValue)
  const centred = preprocess.padType === 'center'
  paste(small, w, out, width, {
    rows: h,
    columns: w,
    fromY: 0,
    fromX: 0,
    toY: centred ? (height - h) >> 1 : 0,
    toX: centred ? (width - w) >> 1 : 0,
    channels,
  })
  return out
}

function checkSize(bytes: number, most: number, name: string): void {
  if (bytes <= most) return
  throw new QError('PREPROCESS_SIZE', 'the resized image is larger than what may be held in memory', {
    at: [`input ${name}`],
    found: `${bytes} bytes`,
    wanted: `${most} bytes at most`,
    hint: 'correct resize_dims, take the image out of the list, or allow more with --max-memory',
  })
}

interface Patch {
  readonly rows: number
  readonly columns: number
  readonly fromY: number
  readonly fromX: number
  readonly toY: number
  readonly toX: number
  readonly channels: number
}

function paste(from: Uint8Array, fromWidth: number, to: Uint8Array, toWidth: number, patch: Patch): void {
  const { rows, columns, fromY, fromX, toY, toX, channels } = patch
  for (let y = 0; y < rows; y++) {
    const start = ((fromY + y) * fromWidth + fromX) * channels
    to.set(from.subarray(start, start + columns * channels), ((toY + y) * toWidth + toX) * channels)
  }
}
