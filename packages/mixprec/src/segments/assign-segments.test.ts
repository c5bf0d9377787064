import { layerOf, parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { assignSegments, type SegmentLengths } from './assign-segments.ts'

/** Two blocks that widen, work and narrow again, the second with a sum over it. */
const ones = (count: number): string => Array.from({ length: count }, () => 1).join(', ')
const blocks = parseGraph(`
  graph blocks
  x: f32[1,4]
  w: f32[4,32] = [${ones(128)}]
  v: f32[32,4] = [${ones(128)}]
  a = MatMul(x, w)
  b = Tanh(a)
  c = MatMul(b, v)
  d = MatMul(c, w)
  e = Tanh(d)
  f = MatMul(e, v)
  g = Add(c, f)
  y = Tanh(g)
  return y
`)

/** The layers of each segment, joined. */
const cut = (lengths: SegmentLengths): readonly string[] => {
  const segments: string[] = []
  const segmentOf = assignSegments(blocks, lengths)
  for (const node of blocks.nodes)
    segments[segmentOf.get(layerOf(node))!] = `${segments[segmentOf.get(layerOf(node))!] ?? ''}${node.outputs[0]}`
  return segments
}

describe('segments of a network', () => {
  it('end wherever a single value is passed on, once they are long enough', () => {
    expect(cut({ least: 1 })).toEqual(['a', 'b', 'c', 'defg', 'y'])
    expect(cut({ least: 2 })).toEqual(['ab', 'cdefg', 'y'])
  })

  it('end where that value is smallest, of the places within reach', () => {
    expect(cut({ least: 2, reach: 1 })).toEqual(['abc', 'defgy'])
    expect(cut({ least: 1, reach: 2 })).toEqual(['abc', 'defgy'])
  })

  it('end however short they are where few elements are passed on, of several values too', () => {
    expect(cut({ least: 3, few: 4 })).toEqual(['abc', 'defg', 'y'])
    expect(cut({ least: 3, few: 8 })).toEqual(['abc', 'def', 'g', 'y'])
  })

  it('end where the fewest values are passed on if no place has one alone', () => {
    expect(cut({ least: 4, most: 2 })).toEqual(['abcd', 'efgy'])
  })
})
