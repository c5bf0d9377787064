import type { Preprocess } from '@q/ir'
import { describe, expect, it } from 'vitest'

import type { SampleInput } from '../samples/sample-input.ts'
import type { Image } from './image.ts'
import { preprocessImage } from './preprocess-image.ts'

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
const inputOf = (shape: readonly number[], settings: Partial<Preprocess>): SampleInput => ({
  name: 'images',
  shape,
  dtype: 'f32',
  preprocess: { ...plain, ...settings },
})
const flat = (height: number, width: number, value: number): Image => ({
  data: new Uint8Array(height * width).fill(value),
  height,
  width,
  channels: 1,
})
const pair: Image = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), height: 1, width: 2, channels: 3 }

describe('image preprocessing', () => {
  it('puts channels first, or last, and swaps to red first for rgb', () => {
    expect([...preprocessImage(pair, inputOf([1, 3, 1, 2], {}))]).toEqual([1, 4, 2, 5, 3, 6])
    expect([...preprocessImage(pair, inputOf([1, 3, 1, 2], { pixelFormat: 'rgb' }))]).toEqual([3, 6, 2, 5, 1, 4])
    expect([...preprocessImage(pair, inputOf([1, 1, 2, 3], { pixelFormat: 'rgb', channelFormat: 'nhwc' }))]).toEqual([3, 2, 1, 6, 5, 4])
  })

  it('gives the bytes of the resized picture where the input takes these, with the padding of frames', () => {
    const fed = (shape: readonly number[], more: Partial<Preprocess>) => [
      ...preprocessImage(pair, inputOf(shape, { resizeDims: [1, 2], ...more })),
    ]
    expect(fed([1, 3, 1, 2], { picture: { form: 'BGR_PLANAR' } })).toEqual([1, 4, 2, 5, 3, 6])
    const packed = { pixelFormat: 'rgb', channelFormat: 'nhwc' } as const
    expect(fed([1, 1, 2, 3], { ...packed, picture: { form: 'RGB_PACKED' } })).toEqual([3, 2, 1, 6, 5, 4])
    expect(fed([1, 1, 1, 8], { ...packed, picture: { form: 'RGB_PACKED', rowBytes: 8 } })).toEqual([3, 2, 1, 6, 5, 4, 0, 0])
    expect(fed([1, 3, 1, 4], { picture: { form: 'BGR_PLANAR', rowBytes: 3 } })).toEqual([1, 4, 0, 0, 2, 5, 0, 0, 3, 6, 0, 0])
  })

  it('subtracts the mean and multiplies in float32, in the order of the output channels', () => {
    const settings = { pixelFormat: 'rgb', mean: [123.675, 116.28, 103.53], scale: [0.0171, 0.0175, 0.0174] } as const
    const [mean, scale] = [Float32Array.from(settings.mean), Float32Array.from(settings.scale)]
    const wanted = [3, 6, 2, 5, 1, 4].map((value, i) => {
      const difference = Float32Array.of(value - mean[i >> 1]!)
      return Float32Array.of(difference[0]! * scale[i >> 1]!)[0]
    })
    expect([...preprocessImage(pair, inputOf([1, 3, 1, 2], settings))]).toEqual(wanted)
  })

  it('letterboxes into the middle, or to the upper left, with the pad value', () => {
    const settings = { pixelFormat: 'gray', keepAspectRatio: true, padValue: 9 } as const
    expect([...preprocessImage(flat(1, 4, 5), inputOf([1, 1, 4, 4], settings))]).toEqual([9, 9, 9, 9, 5, 5, 5, 5, 9, 9, 9, 9, 9, 9, 9, 9])
    expect([...preprocessImage(flat(4, 1, 5), inputOf([1, 1, 2, 4], { ...settings, resizeDims: [4, 4], padType: 'normal' }))]).toEqual([
      5, 9, 9, 9, 5, 9, 9, 9,
    ])
  })

  it('scales the short side and crops the middle', () => {
    const ramp: Image = { data: Uint8Array.of(10, 20, 30, 40, 50, 60, 70, 80), height: 2, width: 4, channels: 1 }
    const settings = { pixelFormat: 'gray', keepAspectRatio: true, keepRatioMode: 'short_side_scale' } as const
    expect([...preprocessImage(ramp, inputOf([1, 1, 2, 2], settings))]).toEqual([20, 30, 60, 70])
  })

  it('crops the middle when the network is smaller than resize_dims', () => {
    const ramp: Image = { data: Uint8Array.from({ length: 16 }, (_, i) => i), height: 4, width: 4, channels: 1 }
    expect([...preprocessImage(ramp, inputOf([1, 1, 2, 2], { pixelFormat: 'gray', resizeDims: [4, 4] }))]).toEqual([5, 6, 9, 10])
  })

  it.each([
    ['INPUT_NOT_IMAGE', pair, { name: 'ids', shape: [1, 64], dtype: 'i32' } satisfies SampleInput],
    ['INPUT_NOT_IMAGE', pair, inputOf([1, 64], {})],
    ['INPUT_NOT_IMAGE', pair, inputOf([1, 4, 2, 2], {})],
    ['PREPROCESS_CHANNELS', flat(2, 2, 0), inputOf([1, 3, 2, 2], {})],
    ['PREPROCESS_CHANNELS', pair, inputOf([1, 3, 1, 2], { mean: [1, 2] })],
    ['PREPROCESS_SIZE', pair, inputOf([1, 3, 4, 4], { resizeDims: [2, 2] })],
    ['PREPROCESS_SIZE', flat(1, 1000, 0), inputOf([1, 1, 4, 4], { pixelFormat: 'gray', keepAspectRatio: true })],
  ])('%s names the input', (code, image, input) => {
    expect(() => preprocessImage(image, input)).toThrow(expect.objectContaining({ code, at: [expect.stringContaining(input.name)] }))
  })
})
