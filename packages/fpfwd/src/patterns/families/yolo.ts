import type { Family, SmallGraph } from '../family.ts'
import { detectorTails } from './shared-rules.ts'

/** Three poolings in a row that are joined: from v5 on. */
export const pools: SmallGraph = { near: 'MaxPool', far: 'MaxPool(near)', farthest: 'MaxPool(far)', joined: 'Concat(near, far, farthest)' }

/**
 * Distances to the four sides of a box made a centre and a size: from v6 on, also in v12, which has no such poolings. Strides are one number
 * where all cells have the same.
 */
export const boxes: SmallGraph = {
  low: 'Sub',
  high: 'Add',
  sum: 'Add(low, high)',
  size: 'Sub(high, low)',
  centre: 'MulConst(sum)',
  box: 'Concat(centre, size)',
  scaled: 'Mul|MulConst(box)',
  found: 'Concat(scaled)',
}

/** YOLO v5 to v12: the tails behind the last convolutions stay in float. */
export const yolo: Family = { name: 'yolo', knownBy: [{ block: pools }, { block: boxes }], keep: detectorTails }
