import { expect, it } from 'vitest'
import { frameOf, usualForm } from './picture.ts'

const alignment = { row: 64, plane: 4096 }

it('lays a picture out as its form says', () => {
  expect(frameOf('RGB_PLANAR', [5, 7]).shape).toEqual([3, 5, 7])
  expect(frameOf('BGR_PACKED', [5, 7]).shape).toEqual([5, 7, 3])
  expect(frameOf('GRAYSCALE', [5, 7]).shape).toEqual([1, 5, 7])
})

it('pads rows, and planes where there are several', () => {
  expect(frameOf('RGB_PLANAR', [65, 7], alignment)).toMatchObject({ rowBytes: 64, planeBytes: 8192, shape: [3, 1, 8192] })
  expect(frameOf('BGR_PACKED', [5, 22], alignment)).toMatchObject({ rowBytes: 128, shape: [1, 5, 128] })
  expect(frameOf('GRAYSCALE', [5, 7], alignment)).toMatchObject({ rowBytes: 64, shape: [1, 5, 64] })
})

it("finds the form of an input's own channels", () => {
  expect(usualForm({ pixelFormat: 'rgb', channelFormat: 'nchw' })).toBe('RGB_PLANAR')
  expect(usualForm({ pixelFormat: 'bgr', channelFormat: 'nhwc' })).toBe('BGR_PACKED')
  expect(usualForm({ pixelFormat: 'gray', channelFormat: 'nhwc' })).toBe('GRAYSCALE')
  expect(() => usualForm({ pixelFormat: 'rggb', channelFormat: 'nchw' })).toThrow(expect.objectContaining({ code: 'PICTURE_FORM' }))
})
