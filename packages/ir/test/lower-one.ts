import type { LowerOp } from '../src/contracts/backend.ts'
import type { IntegerScheme, Scheme } from '../src/contracts/scheme.ts'
import type { Target } from '../src/contracts/target.ts'
import { edgesOf } from '../src/graph/edges.ts'
import { attributesOf, definitionOf } from '../src/graph/node-types.ts'
import { parseGraph } from '../src/graph/text/parse-graph.ts'
import type { Range, TensorType, Value } from '../src/graph/types.ts'
import type { LowerContext, LoweredNode } from '../src/resolve/lower-context.ts'
import { quantizedTypeOf } from '../src/resolve/quantized-type.ts'

/** Signed bytes by range, factors of 32 bits, halves away from zero. */
export const symmetric: IntegerScheme = {
  kind: 'integer',
  activations: { bits: 8, sign: 'by-range', zeroPoint: 'none' },
  weights: { bits: 8, sign: 'signed', zeroPoint: 'none' },
  multipliers: {
    sum: { kind: 'scale-shift', bits: 32 },
    operand: { kind: 'scale-shift', bits: 32 },
    product: { kind: 'scale-shift', bits: 32 },
    cast: { kind: 'scale-shift', bits: 32 },
  },
  rounding: { requantize: 'half-up', cast: 'half-to-even', weight: 'half-away-from-zero' },
}

/** Unsigned bytes with zero points, weights per channel. */
export const asymmetric: IntegerScheme = {
  ...symmetric,
  activations: { bits: 8, sign: 'unsigned', zeroPoint: 'by-range' },
  weights: { bits: 8, sign: 'signed', zeroPoint: 'none', granularity: 'per-axis' },
}

const floats = {
  F32: { kind: 'float', dtype: 'f32' },
  F16: { kind: 'float', dtype: 'f16' },
  BF16: { kind: 'float', dtype: 'bf16' },
} as const

/** What a lowering made of the node that makes `y`. */
export interface LoweredOne extends LoweredNode {
  /** A value that it made. */
  readonly value: (name: string) => Value
  /** The elements of a constant that it made, as numbers. */
  readonly constant: (name: string) => readonly number[]
}

/**
 * Lowers the node of a graph in text form that makes `y`, with these ranges.
 *
 * @param scheme what INT8 stores
 * @param mode INT8, F32, F16, BF16
 */
export function lowerOne(
  lower: LowerOp,
  text: string,
  ranges: Readonly<Record<string, Range>> = {},
  { scheme = symmetric, mode = 'INT8' }: { readonly scheme?: Scheme; readonly mode?: string } = {},
): LoweredOne {
  const graph = parseGraph(text)
  const edges = edgesOf(graph)
  const schemes: Readonly<Record<string, Scheme>> = { INT8: scheme, ...floats }
  const target = { name: 'test', schemes, modes: Object.keys(schemes), defaultFloat: 'F32' } as unknown as Target
  const typeOf = (name: string): TensorType => {
    const { type } = graph.values.get(name)!
    return ranges[name] === undefined ? type : { ...type, range: ranges[name] }
  }
  const contextIn = (current: string): LowerContext => {
    const own = schemes[current]!
    return {
      target,
      mode: current,
      scheme: own,
      get integers() {
        if (own.kind === 'integer') return own
        throw new Error(`${current} computes in floats`)
      },
      facts: {},
      asymmetric: false,
      highPrecision: false,
      in: contextIn,
      typeOf,
      quantizedType: (name) => quantizedTypeOf(name, typeOf(name), (own as IntegerScheme).activations),
      constantOf: (name) => (name === undefined ? undefined : graph.values.get(name)!.constant),
      useCount: edges.useCount,
      consumers: (name) => (edges.consumers.get(name) ?? []).map((node) => ({ node, mode: current })),
      producer: (name) => {
        const node = edges.producer.get(name)
        return node === undefined ? undefined : { node, mode: current }
      },
      attrs: (node) => attributesOf(node, definitionOf(node, graph.ops)),
    }
  }
  const lowered = lower(edges.producer.get('y')!, contextIn(mode))
  const value = (name: string): Value => lowered.values.find((each) => each.name === name)!
  return { ...lowered, value, constant: (name) => Array.from(value(name).constant!.data as ArrayLike<number | bigint>, Number) }
}
