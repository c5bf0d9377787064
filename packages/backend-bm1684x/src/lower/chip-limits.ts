import { elementCount, type LowerContext, type LoweredNode, layerOf, type Node } from '@q/ir'
import { chipLimit, type Telling } from '@q/ir/lowering'
import { hasShiftedOperand } from './zero-points.ts'

/** Elements that the planes of a response normalization hold together at least. */
const leastResponses = 224

/** What a lowered layer meets behind this program, in the compiler of TPU-MLIR 1.30.2 or on the chip; nothing where all is well. */
type Limit = (node: Node, context: LowerContext, made: LoweredNode) => string | undefined

/** Planes of 64 channels each, of a multiple of 16 elements. */
const responses: Limit = (node, context) => {
  const [samples = 1, channels = 1, ...plane] = context.typeOf(node.inputs[0]!).shape
  const held = samples * Math.ceil(channels / 64) * 16 * Math.ceil(elementCount(plane) / 16)
  return held >= leastResponses
    ? undefined
    : `the chip's compiler ends on one of so few elements: ${held} are held, and ${leastResponses} are needed`
}

/** Their floats are computed with room that the compiler does not give them; codes are looked up. */
const hyperbolic: Limit = (node, _, { values }) =>
  values.some(({ name, type }) => name === layerOf(node) && type.quant !== undefined)
    ? undefined
    : "in floats the chip's compiler gives it no room beside other layers: it ends, or the chip computes something else"

/** Operators whose results say places, and count from the front. */
const counting: ReadonlySet<string> = new Set(['ArgMax', 'ArgMin', 'TopK'])

const places: Limit = (node, context) => {
  const [, indices] = node.inputs as [string, string]
  if (context.constantOf(indices) !== undefined || counting.has(context.producer(indices)?.node.op ?? '')) return undefined
  return (context.typeOf(indices).range?.min ?? -1) >= 0
    ? undefined
    : `the chip reads other memory where ${indices} is negative: places have to count from the front`
}

/** Scales of channels of codes with a zero point. */
const shiftedScale: Limit = (node, context, { nodes }) =>
  nodes.some(({ op }) => op === 'QAffine') && hasShiftedOperand(node, context)
    ? 'the chip computes something else of codes with a zero point; a float mode in the quantization table computes it right'
    : undefined

const limits: Readonly<Record<string, Limit>> = {
  Affine: shiftedScale,
  Atanh: hyperbolic,
  Cosh: hyperbolic,
  GatherElements: places,
  GatherND: places,
  LRN: responses,
  ScatterElements: places,
  ScatterND: places,
  Sinh: hyperbolic,
}

/** Tells, by the name of the layer, of what is right here and not behind this program. */
export const tellOfLimits: Telling = (node, context, made) => {
  const fact = limits[node.op]?.(node, context, made)
  return fact === undefined ? [] : [chipLimit(node, fact)]
}
