import type { Family, SmallGraph } from '../family.ts'
import { boxes } from './yolo.ts'

/** A family whose block and all behind it stay in float. */
const tailOf = (name: string, block: SmallGraph): Family => {
  const names = Object.keys(block)
  return { name, knownBy: [{ block }], keep: [{ where: block, keep: names, after: names.slice(-1) }] }
}

const sized: SmallGraph = { moved: 'Add', squared: 'Mul|Pow', sized: 'Mul(squared)' }

/**
 * The blocks by which the manual of TPU-MLIR finds the post-processing of YOLO networks, each with all behind it. They stand in the
 * place of {@link families} where the rules of the manual are asked for.
 */
export const manualFamilies: readonly Family[] = [
  tailOf('yolov5', {
    near: 'MulConst',
    moved: 'Add(near)',
    placed: 'MulConst(moved)',
    wide: 'MulConst',
    squared: 'Mul|Pow(wide)',
    sized: 'Mul(squared)',
    joined: 'Concat(placed, sized)',
    flat: 'Reshape(joined)',
  }),
  tailOf('yolov7', { near: 'MulConst', ...sized, moved: 'Add(near)', joined: 'Concat(moved, sized)', flat: 'Reshape(joined)' }),
  tailOf('yolov6_8_9_11_12', boxes),
  tailOf('yolov10', {
    low: 'Sub',
    high: 'Add',
    corners: 'Concat(low, high)',
    scaled: 'Mul|MulConst(corners)',
    all: 'Concat(scaled)',
    turned: 'Transpose(all)',
    scores: 'Slice(turned)',
    best: 'ReduceMax(scores)',
    chosen: 'TopK(best)',
  }),
]
