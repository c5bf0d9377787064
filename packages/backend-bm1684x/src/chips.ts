import type { OpForm } from '@q/ir'
import type { RequantizationWidth } from '@q/ir/number'

/** The chips of the family: one arithmetic of codes, and floats that differ in a few operators. */
export const chips = ['bm1684x', 'bm1688', 'cv186x', 'bm1690'] as const

/** A chip of the family. */
export type Chip = (typeof chips)[number]

/** Boxes, modules and processors, in lower case without signs between letters, by what people call them, and the chip of the family inside. */
export const boards: Readonly<Record<string, Chip>> = {
  ...Object.fromEntries(['se7', 'sm7', 'sc7', 'airbox', 'fogwiseairbox'].map((name) => [name, 'bm1684x'] as const)),
  se916: 'bm1688',
  se98: 'cv186x',
  cv186ah: 'cv186x',
  sg2260: 'bm1690',
}

/** In what the chips of the family differ, after TPU-MLIR 1.30.2. */
export interface ChipFacts {
  /** Operators that compute half floats as half floats where BM1684X takes float32. */
  readonly inHalfFloats: readonly OpForm[]
  /** Operators that are float32 in networks of bfloat16. */
  readonly besideBf16: readonly OpForm[]
  /** Whether a product of half floats adds its bias as half floats too; else it adds float32, and takes a vector that is added behind it for its bias in float32 alone. */
  readonly addsHalfFloats: boolean
  /** Whether attention between linear projections is one layer. */
  readonly fusesAttention: boolean
  /** Convolutions with a kernel from 14 up to this that cut an image into squares are products. */
  readonly mostPatch: number
  /** Half floats add up to one in a Softmax of so many elements at most; longer ones are float32. */
  readonly longestSoftmax: number
  /** Numbers that tell how the plain sums of a channel are requantized. */
  readonly requantizationWidth: RequantizationWidth
  /** Whether INT8 is offered with zero points, too: on none yet, since not every operator has a right form for them, see the README. */
  readonly offersZeroPoints: boolean
}

const bm1684x: ChipFacts = {
  inHalfFloats: [],
  besideBf16: [],
  addsHalfFloats: true,
  fusesAttention: true,
  mostPatch: Number.POSITIVE_INFINITY,
  longestSoftmax: 8192,
  requantizationWidth: 3,
  offersZeroPoints: false,
}

const bm1688: ChipFacts = {
  inHalfFloats: ['Div', 'Erf', 'Gelu', 'HardSigmoid'],
  besideBf16: ['LayerNormalization'],
  addsHalfFloats: false,
  fusesAttention: false,
  mostPatch: 28,
  longestSoftmax: 4096,
  requantizationWidth: 2,
  offersZeroPoints: false,
}

/** The facts of each chip. */
export const chipFacts: Readonly<Record<Chip, ChipFacts>> = {
  bm1684x,
  bm1688,
  cv186x: bm1688,
  bm1690: { ...bm1684x, inHalfFloats: ['Silu'], fusesAttention: false, requantizationWidth: 2 },
}
