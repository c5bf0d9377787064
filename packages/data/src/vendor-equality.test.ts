import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Preprocess } from '@q/ir'
import { describe, expect, it } from 'vitest'

import { loadTestInput } from './samples/load-test-input.ts'

const images = join(process.env.Q_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url)), 'images')
const photos = ['ILSVRC2012/n01440764_9572.JPEG', 'COCO2017/000000000632.jpg'] as const
const present = photos.every((photo) => existsSync(join(images, photo)))

const plain: Preprocess = {
  pixelFormat: 'bgr',
  channelFormat: 'nchw',
  resizeDims: [],
  keepAspectRatio: false,
  keepRatioMode: 'letterbox',
  padValue: 0,
  padType: 'center',
  mean: [0, 0, 0],
  scale: [1, 1, 1],
  yuvType: '',
}
const stretched: Preprocess = {
  ...plain,
  pixelFormat: 'rgb',
  resizeDims: [256, 256],
  mean: [123.675, 116.28, 103.53],
  scale: [0.0171, 0.0175, 0.0174],
}
const letterboxed: Preprocess = {
  ...plain,
  channelFormat: 'nhwc',
  keepAspectRatio: true,
  padValue: 114,
  scale: [0.00392156862745098, 0.00392156862745098, 0.00392156862745098],
}
const cropped: Preprocess = {
  ...plain,
  pixelFormat: 'gray',
  keepAspectRatio: true,
  keepRatioMode: 'short_side_scale',
  resizeDims: [100, 90],
  mean: [127.5],
  scale: [0.0078125],
}

// First 16 bytes of the SHA-256 of the float32 arrays that the preprocessing of an installed TPU-MLIR 1.30.2 (OpenCV 4.8.0) made.
describe.skipIf(!present)('preprocessed photos equal TPU-MLIR to the bit (skipped: no ../shared/images)', () => {
  it.each([
    [photos[0], 'stretched and cropped', [1, 3, 224, 224], stretched, '11c90cd61a7dc682eed4f4ba7c2c0eaa'],
    [photos[0], 'letterboxed', [1, 320, 416, 3], letterboxed, '57d550030cd43b5f18004c8efc649efe'],
    [photos[0], 'gray, short side', [1, 1, 96, 80], cropped, '4fc28719edc3d2907ec57234de790503'],
    [photos[1], 'stretched and cropped', [1, 3, 224, 224], stretched, '3aeb16cea31935b156bb032446f25e54'],
    [photos[1], 'letterboxed', [1, 320, 416, 3], letterboxed, '81554f0809c5ed28c04db52d08c69059'],
    [photos[1], 'gray, short side', [1, 1, 96, 80], cropped, '41355afcc8215bc2ee2a2a0541aebd6a'],
  ] as const)('%s %s', async (photo, _how, shape, preprocess, digest) => {
    const sample = await loadTestInput(join(images, photo), [{ name: 'x', shape, dtype: 'f32', preprocess }])
    const { data } = sample.get('x')!
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    expect(createHash('sha256').update(bytes).digest('hex').slice(0, 32)).toBe(digest)
  })
})
