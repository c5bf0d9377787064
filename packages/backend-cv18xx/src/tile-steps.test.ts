import { describe, expect, it } from 'vitest'
import { tileSteps } from './tile-steps.ts'

describe('the steps of a repetition', () => {
  it('repeat one axis each, the last one first', () => {
    expect(tileSteps([2, 3, 5], [3, 1, 2])).toEqual([
      { repeats: [1, 1, 2], shape: [2, 3, 10] },
      { repeats: [3, 1, 1], shape: [6, 3, 10] },
    ])
  })

  it('are none where nothing is repeated', () => {
    expect(tileSteps([2, 3], [1, 1])).toEqual([])
  })
})
