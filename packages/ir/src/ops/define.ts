import type { AttrValue, TensorType } from '../graph/types.ts'

/**
 * How the quantization of an operand or result comes about:
 * - `own`: observed by calibration;
 * - `weight(axis)`: a constant, quantized by itself, one scale per slice of `axis`;
 * - `shared(name)`: the parameters of another operand or result;
 * - `derived(...names)`: follows from others (a bias: scale of input times scale of weight);
 * - `fixed(min, max)`: known in advance;
 * - `none`: not quantized (shapes, indices).
 */
export type QuantRule =
  | OwnRule
  | WeightRule
  | SharedRule<string>
  | DerivedRule<string>
  | FixedRule
  | NoRule

export interface OwnRule { readonly kind: 'own' }
export interface WeightRule { readonly kind: 'weight'; readonly axis: number }
export interface SharedRule<Name extends string> { readonly kind: 'shared'; readonly with: Name }
export interface DerivedRule<Name extends string> { readonly kind: 'derived'; readonly from: readonly Name[] }
export interface FixedRule { readonly kind: 'fixed'; readonly min: number; readonly max: number }
export interface NoRule { readonly kind: 'none' }

export const own = (): OwnRule => ({ kind: 'own' })
export const weight = (axis: number): WeightRule => ({ kind: 'weight', axis })
export const shared = <const N extends string>(name: N): SharedRule<N> => ({ kind: 'shared', with: name })
export const derived = <const N extends string>(...from: readonly N[]): DerivedRule<N> => ({ kind: 'derived', from })
export const fixed = (min: number, max: number): FixedRule => ({ kind: 'fixed', min, max })
export const none = (): NoRule => ({ kind: 'none' })

export type Arity = 'one' | 'optional' | 'many'

/** An operand: how many values it takes and how they are quantized. A `many` operand is the last one. */
export interface Operand<A extends Arity = Arity, R extends QuantRule = QuantRule> {
  readonly arity: A
  readonly rule: R
}

export const one = <R extends QuantRule>(rule: R): Operand<'one', R> => ({ arity: 'one', rule })
export const optional = <R extends QuantRule>(rule: R): Operand<'optional', R> => ({ arity: 'optional', rule })
export const many = <R extends QuantRule>(rule: R): Operand<'many', R> => ({ arity: 'many', rule })

/** Type and default of an attribute; without a default it must be given. */
export interface AttrSpec<V extends AttrValue = AttrValue, O extends boolean = boolean> {
  readonly type: 'int' | 'float' | 'bool' | 'string' | 'ints' | 'floats' | 'strings'
  readonly default?: V
  /** Allowed words of a `string`. */
  readonly values?: readonly string[]
  /** True when it may be absent without a default. */
  readonly mayBeAbsent: O
}

export const int = (fallback?: number): AttrSpec<number, false> => spec('int', fallback)
export const float = (fallback?: number): AttrSpec<number, false> => spec('float', fallback)
export const bool = (fallback?: boolean): AttrSpec<boolean, false> => spec('bool', fallback)
export const ints = (fallback?: readonly number[]): AttrSpec<readonly number[], false> => spec('ints', fallback)
export const floats = (fallback?: readonly number[]): AttrSpec<readonly number[], false> => spec('floats', fallback)
export const text = <const V extends string>(values: readonly V[], fallback?: NoInfer<V>): AttrSpec<V, false> =>
  ({ ...spec<V>('string', fallback), values })
export const maybe = <V extends AttrValue>(inner: AttrSpec<V, false>): AttrSpec<V, true> => ({ ...inner, mayBeAbsent: true })

function spec<V extends AttrValue>(type: AttrSpec['type'], fallback: V | undefined): AttrSpec<V, false> {
  return fallback === undefined ? { type, mayBeAbsent: false } : { type, default: fallback, mayBeAbsent: false }
}

export type InputTypes<I extends Readonly<Record<string, Operand>>> = {
  readonly [K in keyof I]: I[K] extends Operand<'one'>
    ? TensorType
    : I[K] extends Operand<'optional'>
      ? TensorType | undefined
      : readonly TensorType[]
}

export type AttrValues<A extends Readonly<Record<string, AttrSpec>>> = {
  readonly [K in keyof A]: A[K] extends AttrSpec<infer V, infer O> ? (O extends true ? V | undefined : V) : never
}

/** An operator: its operands, results, attributes, and the rule that gives the type of its results. */
export interface OpDefinition {
  readonly name: string
  readonly inputs: Readonly<Record<string, Operand>>
  readonly outputs: Readonly<Record<string, QuantRule>>
  readonly attrs: Readonly<Record<string, AttrSpec>>
  /**
   * Types of the results, in order, from the types of the operands by name.
   *
   * @throws QError `SHAPE_RANK`, `SHAPE_MISMATCH` when the operands do not fit.
   */
  readonly infer: (inputs: never, attrs: never) => Readonly<Record<string, InferredType>>
}

type RuleNames<R> = R extends SharedRule<infer N> ? N : R extends DerivedRule<infer N> ? N : never
type OperandNames<I> = { [K in keyof I]: I[K] extends Operand<Arity, infer R> ? RuleNames<R> : never }[keyof I]

/** Writes an operator down; operand names inside rules are checked by the compiler. */
export function defineOp<
  const Name extends string,
  const I extends Readonly<Record<string, Operand>>,
  const O extends Readonly<Record<string, QuantRule>>,
  const A extends Readonly<Record<string, AttrSpec>>,
>(definition: {
  readonly name: Name
  readonly inputs: I & ([OperandNames<I>] extends [keyof I | keyof O] ? unknown : never)
  readonly outputs: O & ([RuleNames<O[keyof O]>] extends [keyof I | keyof O] ? unknown : never)
  readonly attrs: A
  readonly infer: (inputs: InputTypes<I>, attrs: AttrValues<A>) => { readonly [K in keyof O]: InferredType }
}): DefinedOp<Name, I, O, A> {
  return definition
}

/** What a type rule gives for one result. */
export interface InferredType {
  readonly dtype: TensorType['dtype']
  readonly shape: readonly number[]
}

/** An operator with the types of its operands and attributes kept. */
export interface DefinedOp<
  Name extends string,
  I extends Readonly<Record<string, Operand>>,
  O extends Readonly<Record<string, QuantRule>>,
  A extends Readonly<Record<string, AttrSpec>>,
> extends OpDefinition {
  readonly name: Name
  readonly inputs: I
  readonly outputs: O
  readonly attrs: A
  readonly infer: (inputs: InputTypes<I>, attrs: AttrValues<A>) => { readonly [K in keyof O]: InferredType }
}
