/** A type of a tensor, as the chip's library tells types apart: `i16d` is 16 bits with a fixed point, `u8a` and `i8a` are asymmetric, `i8s` symmetric, `i8pc` and `u8pc` per channel. */
export type PairType = 'f32' | 'f16' | 'bf16' | 'i8d' | 'i16d' | 'u8a' | 'i8a' | 'i8s' | 'i8pc' | 'i16pc' | 'u8pc'

type Pairs = readonly (readonly [from: PairType, to: readonly PairType[]])[]

/** Types of input and weight that convolutions and products with weights take (spec/acuity.md 5.3, from the chip library's own check of each operator). */
const weighted: Pairs = [
  ['f32', ['f32', 'bf16']],
  ['f16', ['f16']],
  ['bf16', ['bf16']],
  ['i8d', ['i8d', 'u8a']],
  ['i16d', ['i16d', 'i16pc']],
  ['u8a', ['u8a', 'i8d', 'i8pc', 'u8pc']],
  ['i8a', ['i8pc', 'u8a', 'i8a']],
  ['i8s', ['i8s']],
]

/** Operators that read their input with a weight of these pairs of types. */
export const weightedOps: ReadonlySet<string> = new Set(['convolution', 'fullconnect'])

/** Whether an operator with a weight takes an input of one type with a weight of another. */
export const isLegalPair = (input: PairType, weight: PairType): boolean =>
  weighted.some(([from, to]) => from === input && to.includes(weight))

/** The types of weight that an input of a type may meet, for messages. */
export const weightsBeside = (input: PairType): readonly PairType[] => weighted.find(([from]) => from === input)?.[1] ?? []
