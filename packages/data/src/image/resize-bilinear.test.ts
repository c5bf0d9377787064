import { describe, expect, it } from 'vitest'

import { resizeBilinearU8 } from './resize-bilinear.ts'

const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (37 * i * i + 11 * i) % 256)

describe('bilinear resize of bytes', () => {
  // Results of cv2.resize (OpenCV 4.8.0, INTER_LINEAR) on the pattern above.
  it.each([
    [[5, 4], 1, [3, 7], [41, 63, 98, 128, 149, 123, 106, 152, 106, 33, 125, 227, 239, 246, 145, 154, 168, 175, 182, 183, 183]],
    [[3, 3], 3, [4, 2], [27, 67, 180, 116, 104, 167, 35, 170, 220, 76, 161, 160, 83, 238, 212, 68, 173, 167, 156, 248, 157, 95, 135, 186]],
    [[2, 2], 1, [5, 5], [0, 5, 24, 43, 48, 17, 21, 36, 50, 54, 85, 84, 82, 80, 79, 153, 148, 128, 109, 104, 170, 164, 140, 116, 110]],
  ] as const)('equals OpenCV from %j with %i channels to %j', ([h, w], channels, [toH, toW], wanted) => {
    expect([...resizeBilinearU8(pattern(h * w * channels), channels, [h, w], [toH, toW])]).toEqual(wanted)
  })

  it('takes the rounded mean of 2x2 pixels when both sides are halved', () => {
    expect([...resizeBilinearU8(pattern(24), 1, [4, 6], [2, 3])]).toEqual([66, 114, 202, 186, 154, 162])
    expect([...resizeBilinearU8(Uint8Array.of(0, 1, 0, 1), 1, [2, 2], [1, 1])]).toEqual([1])
  })

  it('keeps one colour at every size', () => {
    for (let size = 1; size < 40; size++) {
      const out = resizeBilinearU8(new Uint8Array(11 * 7 * 3).fill(201), 3, [11, 7], [size, 40 - size])
      expect(out.length).toBe(size * (40 - size) * 3)
      expect(out.every((value) => value === 201)).toBe(true)
    }
  })

  it('copies when nothing changes', () => {
    const pixels = pattern(12)
    const out = resizeBilinearU8(pixels, 1, [3, 4], [3, 4])
    expect(out).toEqual(pixels)
    expect(out).not.toBe(pixels)
  })

  it('refuses pixels that do not fit their size', () => {
    expect(() => resizeBilinearU8(pattern(5), 1, [2, 3], [1, 1])).toThrow(RangeError)
    expect(() => resizeBilinearU8(pattern(6), 1, [2, 3], [0, 1])).toThrow(RangeError)
  })
})
