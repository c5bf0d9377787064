import { countText } from '../console/count-text.ts'
import type { Found } from './search-model.ts'
import { mostInFloat } from './ways-out.ts'

/** What `race` did where no target was given. @param wished layers in float at most */
export const raceWithoutTarget =
  (wished: number | undefined) =>
  ({ space }: Found): string =>
    `note: no target was given: the least loss that was found with at most ${countText(mostInFloat(space, wished), 'layer')} in float is written; with one (--expected_cos) no more layers stay in float than it takes`

/** What `pareto` did where no target was given. @param wished layers in float at most */
export const paretoWithoutTarget =
  (wished: number | undefined) =>
  ({ space }: Found): string =>
    `note: no target was given: the point of least loss, with at most ${countText(mostInFloat(space, wished), 'layer')} in float, is written; the front is there to choose another from, or give a target (--expected_cos), whose cheapest point is taken`
