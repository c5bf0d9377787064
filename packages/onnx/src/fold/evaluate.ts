import type { AttrValue, DType } from '@q/ir'
import { binaryFunction, castLiteral, comparisons, mapLiteral, unaryFunctions, zipLiterals } from './elementwise.ts'
import { type Literal, largestF32 } from './literal.ts'
import { movementOps } from './movement.ts'
import { productOps } from './products.ts'
import { reductionOps } from './reductions.ts'

/** A node whose operands are all known. Operands ONNX gives as inputs stand among `inputs`; defaults of attributes are filled in. */
export interface KnownNode {
  readonly op: string
  readonly inputs: readonly (Literal | undefined)[]
  readonly attrs: Readonly<Record<string, AttrValue | Literal>>
  readonly opset: number
  /** How many results the node has. */
  readonly results: number
}

/** Computes the results of a node. */
export type Evaluate = (node: KnownNode) => readonly Literal[]

/** The largest numbers of the types that have infinities besides. */
const largest: Readonly<Partial<Record<DType, number>>> = { f16: 65504, f32: largestF32, f64: Number.MAX_VALUE }

/** The operators that can be computed here from known operands, besides element-wise ones. */
const others: Readonly<Record<string, Evaluate>> = {
  ...movementOps,
  ...reductionOps,
  ...productOps,
  Cast: ({ inputs, attrs }) => [castLiteral(inputs[0]!, attrs['to'] as DType)],
  CastLike: ({ inputs }) => [castLiteral(inputs[0]!, inputs[1]!.dtype)],
  Identity: ({ inputs }) => [inputs[0]!],
  Not: ({ inputs }) => [mapLiteral(inputs[0]!, 'bool', (x) => Number(x === 0))],
  IsNaN: ({ inputs }) => [mapLiteral(inputs[0]!, 'bool', (x) => Number(Number.isNaN(x)))],
  Clip: ({ inputs, attrs }) => {
    const last = largest[inputs[0]!.dtype] ?? Number.POSITIVE_INFINITY
    const low = inputs[1]?.data[0] ?? (attrs['min'] as number | undefined) ?? -last
    const high = inputs[2]?.data[0] ?? (attrs['max'] as number | undefined) ?? last
    return [mapLiteral(inputs[0]!, inputs[0]!.dtype, (x) => Math.min(high, Math.max(low, x)))]
  },
  LeakyRelu: ({ inputs, attrs }) => [mapLiteral(inputs[0]!, inputs[0]!.dtype, (x) => (x < 0 ? x * (attrs['alpha'] as number) : x))],
}

/**
 * The results of a node whose operands are known, or `undefined` when this operator is not computed here. Each operation is
 * rounded once to the type of its result.
 */
export function evaluate(node: KnownNode): readonly Literal[] | undefined {
  const [first, ...rest] = node.inputs
  const unary = node.op in others ? undefined : unaryFunctions[node.op]
  if (unary !== undefined && first !== undefined) return [mapLiteral(first, first.dtype, unary)]
  if (first !== undefined && !(node.op in others)) {
    const f = binaryFunction(node.op, first.dtype, node.attrs)
    if (f === undefined) return undefined
    const dtype = node.op in comparisons ? 'bool' : first.dtype
    return [rest.reduce<Literal>((sum, each) => (each === undefined ? sum : zipLiterals(sum, each, dtype, f)), first)]
  }
  return others[node.op]?.(node)
}

/** Whether an operator is computed here when its operands are known. */
export function isFoldable(op: string): boolean {
  return Object.hasOwn(unaryFunctions, op) || Object.hasOwn(others, op) || binaryFunction(op, 'f32', {}) !== undefined
}
