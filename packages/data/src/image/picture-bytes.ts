import { elementCount } from '@q/ir'

import type { SampleInput } from '../samples/sample-input.ts'

/** A resized picture in the bytes of an input that takes it: planes or pixels in the order of its channels, rows and planes padded with zeros. */
export function pictureBytes(
  pixels: Uint8Array,
  { shape, preprocess }: SampleInput,
  { channels, height, width }: { readonly channels: number; readonly height: number; readonly width: number },
): Uint8Array {
  const isPacked = preprocess!.channelFormat === 'nhwc'
  const total = elementCount(shape.slice(1))
  const rowBytes = preprocess!.picture?.rowBytes ?? (isPacked ? width * channels : width)
  const planeBytes = isPacked ? total : total / channels
  const bytes = new Uint8Array(total)
  for (let c = 0; c < channels; c++) {
    const source = preprocess!.pixelFormat === 'rgb' ? 2 - c : c
    for (let y = 0; y < height; y++) {
      const row = y * rowBytes + (isPacked ? c : c * planeBytes)
      const step = isPacked ? channels : 1
      for (let x = 0; x < width; x++) bytes[row + x * step] = pixels[(y * width + x) * channels + source]!
    }
  }
  return bytes
}
