import type { Segment } from '../segments/segmented-network.ts'

/**
 * The segments that have to run so that some values are there, in the order in which they can run.
 *
 * @param segments in such an order
 * @param has whether a value is at hand already
 */
export function walkBack(segments: readonly Segment[], wanted: Iterable<string>, has: (id: string) => boolean): readonly Segment[] {
  const needed = new Set<string>()
  for (const id of wanted) if (!has(id)) needed.add(id)
  const runs: Segment[] = []
  for (let place = segments.length - 1; place >= 0 && needed.size > 0; place--) {
    const segment = segments[place]!
    if (!segment.fetches.some((id) => needed.has(id))) continue
    runs.push(segment)
    for (const id of segment.fetches) needed.delete(id)
    for (const id of segment.feeds) if (!has(id)) needed.add(id)
  }
  return runs.reverse()
}
