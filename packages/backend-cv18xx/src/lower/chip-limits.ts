import type { LowerContext, Node } from '@q/ir'
import { chipLimit, type Telling } from '@q/ir/lowering'

/** What a lowered layer meets behind this program, in the compiler of TPU-MLIR 1.30.2 or on the chip; nothing where all is well. */
type Limit = (node: Node, context: LowerContext) => string | undefined

const uncounted: Limit = (node, context) => {
  const { count_include_pad, pads } = context.attrs(node)
  return count_include_pad === true || (pads as readonly number[]).every((pad) => pad === 0)
    ? undefined
    : "the chip's compiler ends on padding that is not counted; export a pool without padding, or one with count_include_pad = 1"
}

const backwards: Limit = (node, context) =>
  (context.attrs(node)['steps'] as readonly number[] | undefined)?.some((step) => step < 0) === true
    ? "the chip's compiler ends on a step backwards; export it with steps forwards, or turn the axis around whole (a step of -1 from its end to its front)"
    : undefined

const limits: Readonly<Record<string, Limit>> = { AveragePool: uncounted, Slice: backwards }

/** Tells, by the name of the layer, of what is right here and not behind this program. */
export const tellOfLimits: Telling = (node, context) => {
  const fact = limits[node.op]?.(node, context)
  return fact === undefined ? [] : [chipLimit(node, fact)]
}
