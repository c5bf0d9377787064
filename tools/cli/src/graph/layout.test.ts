import { graphlib } from '@dagrejs/dagre'
import { describe, expect, it } from 'vitest'
import { type Boxes, layOut } from './layout.ts'

const size = [60, 40] as const
const boxesOf = (count: number, arrows: Boxes['arrows']): Boxes => ({ sizes: Array.from({ length: count }, () => size), arrows })

/** Blocks of six boxes in a row, each with a way around it, that all use the first box, as blocks of a transformer use a mask. */
const masked = (blocks: number): Boxes => {
  const arrows = Array.from({ length: blocks }, (_, block) => {
    const first = 1 + 6 * block
    const row = [0, 1, 2, 3, 4].map((i) => [first + i, first + i + 1] as const)
    return [...row, [0, first + 2] as const, [first, first + 5] as const, ...(block === 0 ? [] : [[first - 1, first] as const])]
  })
  return boxesOf(1 + 6 * blocks, arrows.flat())
}
/** A chain of boxes beside which every thirtieth has another way of three boxes. */
const branched = (length: number): Boxes => {
  const chain = Array.from({ length: length - 1 }, (_, i) => [i, i + 1] as const)
  const branches = Array.from({ length: Math.floor(length / 30) }, (_, i) => {
    const beside = length + 3 * i
    return [
      [30 * i, beside],
      [beside, beside + 1],
      [beside + 1, beside + 2],
      [30 * i + 20, beside + 2],
    ] as const
  })
  return boxesOf(length + 3 * branches.length, [...chain, ...branches.flat()])
}

describe('layOut', () => {
  it('puts boxes that do not overlap below those that lead to them, and ends arrows at them', async () => {
    const boxes = masked(4)
    const { width, height, middles, lines } = await layOut(boxes)
    expect(lines).toHaveLength(boxes.arrows.length)
    for (const [from, to] of boxes.arrows) expect(middles[to]![1]).toBeGreaterThan(middles[from]![1] + 40)
    for (const [i, [x, y]] of middles.entries()) {
      expect(x - 30).toBeGreaterThanOrEqual(0)
      expect(x + 30).toBeLessThanOrEqual(width)
      expect(y + 20).toBeLessThanOrEqual(height)
      for (const [u, v] of middles.slice(0, i)) expect(Math.abs(x - u) >= 60 || Math.abs(y - v) >= 40).toBe(true)
    }
    const touches = ([x, y]: readonly [number, number], box: number): boolean =>
      Math.abs(x - middles[box]![0]) <= 30.001 && Math.abs(y - middles[box]![1]) <= 20.001
    const ends = lines.map((line) => [
      middles.findIndex((_, box) => touches(line[0]!, box)),
      middles.findIndex((_, box) => touches(line.at(-1)!, box)),
    ])
    expect(ends.map(String).sort()).toEqual(boxes.arrows.map(String).sort())
  })
  it('leads arrows that pass many rows beside the drawing, those of one box together', async () => {
    const { width, middles, lines } = await layOut(masked(12))
    const right = Math.max(...middles.map(([x]) => x)) + 30
    const beside = lines.filter((line) => line.some(([x]) => x > right))
    expect(beside.length).toBeGreaterThan(2)
    expect(lines).toHaveLength(masked(12).arrows.length)
    for (const line of beside) {
      expect(line[0]).toEqual([middles[0]![0] + 30, middles[0]![1]])
      expect(line[1]![0]).toBe(line[2]![0])
      expect(line[1]![0]).toBeLessThanOrEqual(width)
    }
  })
  it.each([
    ['a mask that all blocks use', (length: number) => masked(length / 6)],
    ['branches beside a chain', branched],
  ])('looks at boxes and rows as often as there are: %s', async (_, networkOf) => {
    const visitsOf = async (length: number): Promise<number> => {
      let visits = 0
      const { node } = graphlib.Graph.prototype
      graphlib.Graph.prototype.node = function (this: graphlib.Graph, name: string) {
        visits++
        return node.call(this, name)
      }
      try {
        await layOut(networkOf(length))
        return visits
      } finally {
        graphlib.Graph.prototype.node = node
      }
    }
    const [few, many] = [await visitsOf(180), await visitsOf(720)]
    expect(few).toBeGreaterThan(180)
    expect(many / few).toBeLessThan(4.6)
    expect(many / 720).toBeLessThan(1000)
  })
})
