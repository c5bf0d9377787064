import {
  elementType,
  flag,
  float,
  harmless,
  int,
  ints,
  only,
  required,
  type Signature,
  signature,
  since,
  until,
  word,
} from './signature.ts'

/** Said to implementations, before opset 6. */
const consumed = { consumed_inputs: harmless(until(5, ints())) }
/** How operands were stretched before opset 7. */
const stretched = { axis: until(6, int()), broadcast: until(6, int(0)), ...consumed }

const unary = (first: number, operand: string, ...names: readonly string[]): readonly Signature[] =>
  names.map((name) => signature(name, operand, { since: first, attrs: first < 6 ? consumed : {} }))
const binary = (first: number, operands: string, ...names: readonly string[]): readonly Signature[] =>
  names.map((name) => signature(name, operands, { since: first, attrs: first < 7 ? stretched : {} }))
const variadic = (of: string, ...names: readonly string[]): readonly Signature[] =>
  names.map((name) => signature(name, `data:${of}*`, { attrs: consumed }))

/** Arithmetic, comparisons, logic and activations. */
export const arithmeticSignatures: readonly Signature[] = [
  ...unary(1, 'X:number', 'Abs', 'Neg', 'Relu'),
  ...unary(1, 'X:bool', 'Not'),
  ...unary(1, 'X:float', 'Ceil', 'Exp', 'Floor', 'Log', 'Reciprocal', 'Sigmoid', 'Softplus', 'Softsign', 'Sqrt', 'Tanh'),
  ...unary(7, 'X:float', 'Acos', 'Asin', 'Atan', 'Cos', 'Sin', 'Tan'),
  ...unary(9, 'X', 'NonZero'),
  ...unary(9, 'X:number', 'Erf', 'Sign'),
  ...unary(9, 'X:float', 'Acosh', 'Asinh', 'Atanh', 'Cosh', 'IsNaN', 'Sinh'),
  ...unary(11, 'X:float', 'Round'),
  ...unary(14, 'X:float', 'HardSwish'),
  ...unary(18, 'X:float', 'Mish'),
  ...binary(1, 'A B', 'Equal'),
  ...binary(1, 'A:number B:number', 'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Greater', 'Less'),
  ...binary(1, 'A:bool B:bool', 'And', 'Or', 'Xor'),
  ...binary(12, 'A:number B:number', 'GreaterOrEqual', 'LessOrEqual'),
  ...variadic('number', 'Max', 'Min'),
  ...variadic('float', 'Sum', 'Mean'),
  signature('Mod', 'A:number B:number', { since: 10, attrs: { fmod: flag(0) } }),
  signature('PRelu', 'X:number slope:number', { attrs: consumed }),
  signature('Where', 'condition:bool X Y', { since: 9 }),
  signature(
    'Clip',
    { 1: 'input:number', 11: 'input:number min:number? max:number?' },
    { attrs: { min: until(10, float()), max: until(10, float()), ...consumed } },
  ),
  signature('Elu', 'X:float', { attrs: { alpha: float(1), ...consumed } }),
  signature('Gelu', 'X:float', { since: 20, attrs: { approximate: word('none') } }),
  signature('HardSigmoid', 'X:float', { attrs: { alpha: float(Math.fround(0.2)), beta: float(0.5), ...consumed } }),
  signature('LeakyRelu', 'X:float', { attrs: { alpha: float(Math.fround(0.01)), ...consumed } }),
  signature('Swish', 'X:float', { since: 24, attrs: { alpha: float(1) } }),
  signature('Cast', 'input', {
    attrs: { to: required(elementType()), saturate: harmless(since(19, int(1))), round_mode: harmless(since(24, word('up'))) },
  }),
  signature('CastLike', 'input target_type', {
    since: 15,
    attrs: { saturate: harmless(since(19, int(1))), round_mode: harmless(since(24, word('up'))) },
  }),
  signature('CumSum', 'x:number axis:index', { since: 11, attrs: { exclusive: flag(0), reverse: flag(0) } }),
  signature('Selu', 'X:float', { attrs: { alpha: float(1.6732632423543772), gamma: float(1.0507009873554805), ...consumed } }),
  signature('Celu', 'X:float', { since: 12, attrs: { alpha: float(1) } }),
  signature('ThresholdedRelu', 'X:float', { since: 10, attrs: { alpha: float(1) } }),
  signature('Shrink', 'input:number', { since: 9, attrs: { lambd: float(0.5), bias: float(0) } }),
  signature('Hardmax', 'input:float', { attrs: { axis: [until(12, int(1)), since(13, int(-1))] } }),
  signature('IsInf', 'X:float', { since: 10, attrs: { detect_positive: flag(1), detect_negative: flag(1) } }),
  signature('BitShift', 'X:int Y:int', { since: 11, attrs: { direction: only(['LEFT', 'RIGHT'], required(word())) } }),
]
