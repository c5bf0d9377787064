import { describe, expect, it } from 'vitest'
import { cosineSimilarity } from './cosine-similarity.ts'

describe('cosineSimilarity', () => {
  it('is 1 for one direction, 0.5 for a right angle, 0 for opposite directions', () => {
    expect(cosineSimilarity([3, 4], [6, 8])).toBe(1)
    expect(cosineSimilarity([1, 0], [0, 2])).toBe(0.5)
    expect(cosineSimilarity([3, 4], [-3, -4])).toBe(0)
  })

  it('takes a vector without a direction as perpendicular', () => {
    expect(cosineSimilarity([0, 0], [1, 1])).toBe(0.5)
    expect(cosineSimilarity([0, 0], [0, 0])).toBe(0.5)
    expect(cosineSimilarity([1, 1], [Number.NaN, 1])).toBe(0.5)
  })
})
