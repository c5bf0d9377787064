import type { Segment, SegmentedNetwork } from '../segments/segmented-network.ts'

/**
 * The same work in fewer sections: segments that follow each other to the end of a stretch are run as one, where nobody asks for what they pass on to each other.
 *
 * @param runs segments of a network, in an order in which they can run
 * @param isAsked whether a value is wanted outside of what runs
 */
export function inStretches(
  runs: readonly Segment[],
  { segments, stretches }: SegmentedNetwork,
  isAsked: (id: string) => boolean,
): readonly Segment[] {
  const placeOf = new Map(segments.map((segment, place) => [segment, place]))
  const looked = new Set(runs.flatMap((run) => (placeOf.has(run) ? [] : run.feeds)))
  const joined: Segment[] = []
  for (let i = 0; i < runs.length; ) {
    const place = placeOf.get(runs[i]!)
    const stretch = place === undefined ? undefined : stretches[place]
    const parts = stretch === undefined ? [] : runs.slice(i, i + stretch.count)
    const isWhole = parts.length > 0 && parts.length === stretch!.count && parts.every((part, k) => part === segments[place! + k])
    if (isWhole && isPassedWithin(parts, stretch!.whole, (id) => looked.has(id) || isAsked(id))) {
      joined.push(stretch!.whole)
      i += parts.length
    } else joined.push(runs[i++]!)
  }
  return joined
}

function isPassedWithin(parts: readonly Segment[], { fetches }: Segment, isAsked: (id: string) => boolean): boolean {
  const handedOn = new Set(fetches)
  return parts.every((part) => part.fetches.every((id) => handedOn.has(id) || !isAsked(id)))
}
