import { elementType, float, harmless, int, ints, only, type Signature, signature, since, until, word } from './signature.ts'

/** Said to implementations, before opset 6. */
const consumed = { consumed_inputs: harmless(until(5, ints())) }
/** How operands were stretched before opset 7. */
const stretched = { axis: until(6, int()), broadcast: until(6, int(0)), ...consumed }

const unary = (first: number, ...names: readonly string[]): readonly Signature[] =>
  names.map((name) => signature(name, 'X', { since: first, attrs: first < 6 ? consumed : {} }))
const binary = (first: number, ...names: readonly string[]): readonly Signature[] =>
  names.map((name) => signature(name, 'A B', { since: first, attrs: first < 7 ? stretched : {} }))
const variadic = (...names: readonly string[]): readonly Signature[] => names.map((name) => signature(name, 'data*', { attrs: consumed }))

/** Arithmetic, comparisons, logic and activations. */
export const arithmeticSignatures: readonly Signature[] = [
  ...unary(1, 'Abs', 'Ceil', 'Exp', 'Floor', 'Log', 'Neg', 'Not', 'Reciprocal', 'Relu', 'Sigmoid', 'Softplus', 'Softsign', 'Sqrt', 'Tanh'),
  ...unary(7, 'Acos', 'Asin', 'Atan', 'Cos', 'Sin', 'Tan'),
  ...unary(9, 'Acosh', 'Asinh', 'Atanh', 'Cosh', 'Erf', 'IsNaN', 'NonZero', 'Sign', 'Sinh'),
  ...unary(11, 'Round'),
  ...unary(14, 'HardSwish'),
  ...unary(18, 'Mish'),
  ...binary(1, 'Add', 'Sub', 'Mul', 'Div', 'Pow', 'And', 'Or', 'Xor', 'Equal', 'Greater', 'Less'),
  ...binary(12, 'GreaterOrEqual', 'LessOrEqual'),
  ...variadic('Max', 'Min', 'Sum', 'Mean'),
  signature('Mod', 'A B', { since: 10, attrs: { fmod: int(0) } }),
  signature('PRelu', 'X slope', { attrs: consumed }),
  signature('Where', 'condition X Y', { since: 9 }),
  signature('Clip', 'input min? max?', { attrs: { min: until(10, float()), max: until(10, float()), ...consumed } }),
  signature('Elu', 'X', { attrs: { alpha: float(1), ...consumed } }),
  signature('Gelu', 'X', { since: 20, attrs: { approximate: word('none') } }),
  signature('HardSigmoid', 'X', { attrs: { alpha: float(Math.fround(0.2)), beta: float(0.5), ...consumed } }),
  signature('LeakyRelu', 'X', { attrs: { alpha: float(Math.fround(0.01)), ...consumed } }),
  signature('Swish', 'X', { since: 24, attrs: { alpha: float(1) } }),
  signature('Cast', 'input', {
    attrs: { to: elementType(), saturate: harmless(since(19, int(1))), round_mode: harmless(since(24, word('up'))) },
  }),
  signature('CastLike', 'input target_type', {
    since: 15,
    attrs: { saturate: harmless(since(19, int(1))), round_mode: harmless(since(24, word('up'))) },
  }),
  signature('CumSum', 'x axis', { since: 11, attrs: { exclusive: int(0), reverse: int(0) } }),
  signature('Selu', 'X', { attrs: { alpha: float(1.6732632423543772), gamma: float(1.0507009873554805), ...consumed } }),
  signature('Celu', 'X', { since: 12, attrs: { alpha: float(1) } }),
  signature('ThresholdedRelu', 'X', { since: 10, attrs: { alpha: float(1) } }),
  signature('Shrink', 'input', { since: 9, attrs: { lambd: float(0.5), bias: float(0) } }),
  signature('Hardmax', 'input', { attrs: { axis: [until(12, int(1)), since(13, int(-1))] } }),
  signature('IsInf', 'X', { since: 10, attrs: { detect_positive: int(1), detect_negative: int(1) } }),
  signature('BitShift', 'X Y', { since: 11, attrs: { direction: only(['LEFT', 'RIGHT'], word()) } }),
]
