import type { OpSet } from '../graph/types.ts'
import type { OpDefinition } from './define.ts'
import * as float from './float/index.ts'
import * as quantized from './quantized/index.ts'

/** The operators of float graphs: ONNX's names and attributes, plus the documented extensions. */
export const floatOps: OpSet = opSet(Object.values(float))

/** The integer operators, the same for every chip. */
export const quantizedOps: OpSet = opSet(Object.values(quantized))

/** Every operator of this package; a quantized graph mixes float and integer ones. */
export const allOps: OpSet = new Map([...floatOps, ...quantizedOps])

/** An operator set from definitions; a later one of the same name wins. */
export function opSet(definitions: readonly OpDefinition[]): OpSet {
  return new Map(definitions.map((definition) => [definition.name, definition]))
}

/** The definitions of a module by the names of their operators. */
type Named<M> = { readonly [K in keyof M as M[K] extends { readonly name: infer N extends string } ? N : never]: M[K] }

/**
 * The operators by name. A package that brings its own adds them by augmenting this interface; foreign names carry a
 * prefix (`'acme.Scale'`), ours do not.
 */
export interface OpMap extends Named<typeof float>, Named<typeof quantized> {}

/** Names of the known operators. */
export type OpName = keyof OpMap & string
