import type { Attrs, AttrValue, TensorType } from '../graph/types.ts'

/**
 * How the quantization of an operand or result comes about:
 * - `own`: observed by calibration;
 * - `weight(axis)`: a constant, quantized by itself, one scale per slice of `axis`;
 * - `shared(name)`: the parameters of another operand or result;
 * - `derived(...names)`: follows from others (a bias: scale of input times scale of weight);
 * - `fixed(min, max)`: known in advance;
 * - `none`: not quantized (shapes, indices).
 */
export type QuantRule = OwnRule | WeightRule | SharedRule<string> | DerivedRule<string> | FixedRule | NoRule

/** What {@link own} gives: the range is observed. */
export interface OwnRule {
  readonly kind: 'own'
}
/** What {@link weight} gives: one scale for each slice of `axis`. */
export interface WeightRule {
  readonly kind: 'weight'
  readonly axis: number
}
/** What {@link shared} gives: the parameters of the operand or result `with`. */
export interface SharedRule<Name extends string> {
  readonly kind: 'shared'
  readonly with: Name
}
/** What {@link derived} gives: the scale is the product of those of `from`. */
export interface DerivedRule<Name extends string> {
  readonly kind: 'derived'
  readonly from: readonly Name[]
}
/** What {@link fixed} gives: the range is known in advance. */
export interface FixedRule {
  readonly kind: 'fixed'
  readonly min: number
  readonly max: number
}
/** What {@link none} gives: never quantized. */
export interface NoRule {
  readonly kind: 'none'
}

/** Quantized by the range that calibration observes. */
export const own = (): OwnRule => ({ kind: 'own' })
/** Quantized by its own elements when it is a constant, one scale for each slice of `axis` (negative: counted from the back). */
export const weight = (axis: number): WeightRule => ({ kind: 'weight', axis })
/** Quantized with the parameters of another operand or result of the operator. */
export const shared = <const N extends string>(name: N): SharedRule<N> => ({ kind: 'shared', with: name })
/** Quantized with a scale that follows from other operands: the product of theirs (a bias). */
export const derived = <const N extends string>(...from: readonly N[]): DerivedRule<N> => ({ kind: 'derived', from })
/** Quantized for the range `min` to `max`, known in advance. */
export const fixed = (min: number, max: number): FixedRule => ({ kind: 'fixed', min, max })
/** Never quantized (shapes, indices, truth values). */
export const none = (): NoRule => ({ kind: 'none' })

/** How many values an operand takes: exactly one, at most one, or all that are left. */
export type Arity = 'one' | 'optional' | 'many'

/** An operand: how many values it takes and how they are quantized. A `many` operand is the last one. */
export interface Operand<A extends Arity = Arity, R extends QuantRule = QuantRule> {
  readonly arity: A
  readonly rule: R
}

/** An operand that must be there. */
export const one = <R extends QuantRule>(rule: R): Operand<'one', R> => ({ arity: 'one', rule })
/** An operand that may be left out. */
export const optional = <R extends QuantRule>(rule: R): Operand<'optional', R> => ({ arity: 'optional', rule })
/** Any number of operands; only the last operand of an operator may be `many`. */
export const many = <R extends QuantRule>(rule: R): Operand<'many', R> => ({ arity: 'many', rule })

/** Type and default of an attribute; without a default it must be given. */
export interface AttrSpec<V extends AttrValue = AttrValue, O extends boolean = boolean> {
  readonly type: 'int' | 'float' | 'bool' | 'string' | 'ints' | 'floats' | 'strings'
  readonly default?: V
  /** Allowed words of a `string`. */
  readonly values?: readonly string[]
  /** The least number of an `ints`. @default any */
  readonly least?: number
  /** True when it may be absent without a default. */
  readonly mayBeAbsent: O
  /** True when it is a number to compute with, which a program can take at every run. @default it decides what the program is */
  readonly isParameter?: true
  /**
   * Which of its values mean the same, so that graphs that differ in them alone have one fingerprint: axes of the first operand (`axis`) or of the first result, counted
   * from either end, a list of them being a set; a `limit` of 0 and less, which is none but for infinity; a value that decides nothing (`idle`). @default each means something else
   */
  readonly spelling?: 'axis' | 'axes-of-result' | 'limit' | 'idle'
}

/** A whole number. @param fallback its default; without one it must be given */
export const int = (fallback?: number): AttrSpec<number, false> => spec('int', fallback)
/** A number. @param fallback its default; without one it must be given */
export const float = (fallback?: number): AttrSpec<number, false> => spec('float', fallback)
/** Yes or no. @param fallback its default; without one it must be given */
export const bool = (fallback?: boolean): AttrSpec<boolean, false> => spec('bool', fallback)
/** A list of whole numbers. @param fallback its default; without one it must be given */
export const ints = (fallback?: readonly number[]): AttrSpec<readonly number[], false> => spec('ints', fallback)
/** A list of numbers. @param fallback its default; without one it must be given */
export const floats = (fallback?: readonly number[]): AttrSpec<readonly number[], false> => spec('floats', fallback)
/** A list of names. @param fallback its default; without one it must be given */
export const strings = (fallback?: readonly string[]): AttrSpec<readonly string[], false> => spec('strings', fallback)
/** One of the words `values`. @param fallback its default; without one it must be given */
export const text = <const V extends string>(values: readonly V[], fallback?: NoInfer<V>): AttrSpec<V, false> => ({
  ...spec<V>('string', fallback),
  values,
})
/** An attribute that may be absent without having a default; the type rule is then given `undefined`. */
export const maybe = <V extends AttrValue>(inner: AttrSpec<V, false>): AttrSpec<V, true> => ({ ...inner, mayBeAbsent: true })
/** An attribute that is computed with and decides nothing else: nodes that differ in it run the same program. */
export const parameter = <V extends AttrValue, O extends boolean>(inner: AttrSpec<V, O>): AttrSpec<V, O> => ({
  ...inner,
  isParameter: true,
})

function spec<V extends AttrValue>(type: AttrSpec['type'], fallback: V | undefined): AttrSpec<V, false> {
  return fallback === undefined ? { type, mayBeAbsent: false } : { type, default: fallback, mayBeAbsent: false }
}

/** What a type rule is given: the type of each operand by name, `undefined` for one left out, a list for `many`. */
export type InputTypes<I extends Readonly<Record<string, Operand>>> = {
  readonly [K in keyof I]: I[K] extends Operand<'one'>
    ? TensorType
    : I[K] extends Operand<'optional'>
      ? TensorType | undefined
      : readonly TensorType[]
}

/** What a type rule is given: the value of each attribute by name, defaults filled in. */
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
  /**
   * The function of one number that an element-wise operator of one operand applies to each element, in double. Executors, folding of
   * constants and lookup tables of chips all take it from here. @default the operator is not such a function
   */
  readonly scalar?: (attrs: never) => ScalarFunction
  /**
   * The function of two numbers that an element-wise operator of two operands applies to each pair of elements, in double, before the ReLU it may
   * end in. Executors, folding of constants, ONNX and the conformance networks take it from here. @default the operator is not such a function
   */
  readonly binary?: (attrs: never) => BinaryFunction
}

/** A function of one real number, in double. */
export type ScalarFunction = (x: number) => number

/** A function of two real numbers, in double. */
export type BinaryFunction = (a: number, b: number) => number

/** The function an element-wise operator applies to each element; `undefined` for all others. @param attrs with defaults filled in */
export function scalarOf({ scalar }: OpDefinition, attrs: Attrs): ScalarFunction | undefined {
  return (scalar as ((attrs: Attrs) => ScalarFunction) | undefined)?.(attrs)
}

/** The attributes of an operator that have a default, by it. */
export function defaultsOf({ attrs }: OpDefinition): Attrs {
  return Object.fromEntries(Object.entries(attrs).flatMap(([name, spec]) => (spec.default === undefined ? [] : [[name, spec.default]])))
}

/** The function an element-wise operator applies to each pair of elements; `undefined` for all others. @param attrs with defaults filled in */
export function binaryOf({ binary }: OpDefinition, attrs: Attrs): BinaryFunction | undefined {
  return (binary as ((attrs: Attrs) => BinaryFunction) | undefined)?.(attrs)
}

type RuleNames<R> = R extends SharedRule<infer N> ? N : R extends DerivedRule<infer N> ? N : never
type OperandNames<I> = { [K in keyof I]: I[K] extends Operand<Arity, infer R> ? RuleNames<R> : never }[keyof I]

/**
 * Writes an operator down. The types of operands and attributes reach the type rule, and a rule that names an operand or
 * result which is not there does not compile.
 *
 * @example
 * const Scale = defineOp({
 *   name: 'acme.Scale',
 *   inputs: { x: one(own()), factor: one(weight(0)) },
 *   outputs: { y: own() },
 *   attrs: { axis: int(1) },
 *   infer: ({ x }) => ({ y: like(x) }),
 * })
 */
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
  readonly scalar?: (attrs: AttrValues<A>) => ScalarFunction
  readonly binary?: (attrs: AttrValues<A>) => BinaryFunction
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
