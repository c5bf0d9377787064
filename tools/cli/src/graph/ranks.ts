/**
 * The row of each box: below all that lead to it. A box that more arrows leave than reach, such as an input, is as low as it can be, so that
 * its arrows are short. Each arrow is looked at twice.
 *
 * @param arrows from one box to a later one
 */
export function ranksOf(boxes: number, arrows: readonly (readonly [from: number, to: number])[]): readonly number[] {
  const before: number[][] = Array.from({ length: boxes }, () => [])
  const after: number[][] = Array.from({ length: boxes }, () => [])
  for (const [from, to] of arrows) {
    before[to]!.push(from)
    after[from]!.push(to)
  }
  const ranks: number[] = []
  for (const [box, leading] of before.entries()) ranks[box] = leading.reduce((row, from) => Math.max(row, ranks[from]! + 1), 0)
  for (let box = boxes - 1; box >= 0; box--)
    if (after[box]!.length > before[box]!.length)
      ranks[box] = after[box]!.reduce((row, to) => Math.min(row, ranks[to]! - 1), Number.POSITIVE_INFINITY)
  return ranks
}
