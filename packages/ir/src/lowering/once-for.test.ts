import { describe, expect, it } from 'vitest'
import { onceFor } from './once-for.ts'

describe('onceFor', () => {
  it('makes a thing once for each constant and each way to make it', () => {
    let made = 0
    const count = () => ++made
    const [a, b] = [Float32Array.of(1), Float32Array.of(1)]
    expect([onceFor(a, 'x', count), onceFor(a, 'x', count), onceFor(a, 'y', count), onceFor(b, 'x', count)]).toEqual([1, 1, 2, 3])
  })

  it('keeps results that say nothing too', () => {
    let made = 0
    const a = Float32Array.of(1)
    onceFor(a, 'none', () => void made++)
    onceFor(a, 'none', () => void made++)
    expect(made).toBe(1)
  })
})
