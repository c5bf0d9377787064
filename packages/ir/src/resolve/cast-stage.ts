import { type CastParts, type PlaceCasts, placeCasts } from './place-casts.ts'
import { createStage, type Stage } from './stage.ts'

/** The casts of all places. */
export interface CastStage extends Pick<Stage<PlaceCasts>, 'get' | 'settle' | 'computed'> {
  /** Says that a layer has another mode or is lowered otherwise. */
  touch(place: number): void
  /** Says that a layer hoists, or hoisted, nodes to the places that make its operands. */
  touchRosters(place: number): void
}

/** No casts yet. A place that thousands read is told which of them have changed, and asks no other. */
export function createCastStage(parts: CastParts): CastStage {
  const { places } = parts.frame
  const users = places.map(() => new Set<number>())
  const rosters = new Set<number>()
  const stage = createStage<PlaceCasts>({
    places: places.length,
    compute(place, before) {
      const result = placeCasts(parts, place, before, users[place]!, rosters.has(place))
      users[place]!.clear()
      rosters.delete(place)
      return result
    },
  })
  return {
    get: stage.get,
    settle: stage.settle,
    touch(place) {
      const { producers } = places[place]!
      parts.tally.neighbours += producers.length
      stage.touch(place)
      for (const producer of producers) {
        users[producer]!.add(place)
        stage.touch(producer)
      }
    },
    touchRosters(place) {
      for (const producer of places[place]!.producers) rosters.add(producer)
    },
    get computed() {
      return stage.computed
    },
  }
}
