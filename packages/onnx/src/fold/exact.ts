import { type DType, elementCount, QError } from '@q/ir'
import { broadcast } from '@q/ir/ops'
import { evaluate, type KnownNode } from './evaluate.ts'
import { broadcastTo, type Literal, literal, literalOf, tensorOf } from './literal.ts'

type Binary = (a: bigint, b: bigint) => bigint

/** The sign of the divisor, as ONNX has it; with `fmod` that of the dividend. */
const remainder =
  (isFmod: boolean): Binary =>
  (a, b) => {
    if (b === 0n) return 0n
    const rest = a % b
    return !isFmod && rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest
  }

const truth =
  (holds: (a: bigint, b: bigint) => boolean): Binary =>
  (a, b) =>
    holds(a, b) ? 1n : 0n

const comparisons: Readonly<Record<string, Binary>> = {
  Equal: truth((a, b) => a === b),
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
}

const binary: Readonly<Record<string, Binary>> = {
  ...comparisons,
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => (b === 0n ? 0n : a / b),
  Max: (a, b) => (a > b ? a : b),
  Min: (a, b) => (a < b ? a : b),
}

const unary: Readonly<Record<string, (x: bigint) => bigint>> = { Neg: (x) => -x, Abs: (x) => (x < 0n ? -x : x) }

/** Operators that hand on elements of these operands as they are. */
const moves: Readonly<Record<string, (node: KnownNode) => readonly number[]>> = {
  ...Object.fromEntries(
    ['Expand', 'Gather', 'Identity', 'Reshape', 'Slice', 'Split', 'Squeeze', 'Tile', 'Transpose', 'Unsqueeze', 'Flatten'].map((op) => [
      op,
      () => [0],
    ]),
  ),
  Concat: ({ inputs }) => [...inputs.keys()],
  Where: () => [1, 2],
}

/** Operators whose sums and products may leave what doubles hold on the way. */
const sums = new Set('CumSum Gemm MatMul Pow Range ReduceL1 ReduceProd ReduceSum ReduceSumSquare'.split(' '))

const integersOf = (x: Literal): BigInt64Array | BigUint64Array => tensorOf(x).data as BigInt64Array | BigUint64Array
const isLong = (x: Literal | undefined): x is Literal => x?.dtype === 'i64' || x?.dtype === 'u64'

function made(dtype: 'i64' | 'u64', shape: readonly number[], elements: readonly bigint[]): Literal {
  // The storage wraps what 64 bits do not hold.
  return literalOf({ dtype, shape, data: dtype === 'i64' ? BigInt64Array.from(elements) : BigUint64Array.from(elements) })
}

/** The results of moving elements: where each comes from is computed as numbers. */
function moved(node: KnownNode, operands: readonly number[]): readonly Literal[] | undefined {
  const elements = operands.flatMap((i) => [...integersOf(node.inputs[i]!)])
  let from = 0
  const places = node.inputs.map((x, i) => {
    if (x === undefined || !operands.includes(i)) return x
    const own = literal(
      'i64',
      x.shape,
      Float64Array.from(x.data, (_, k) => from + k),
    )
    from += x.data.length
    return own
  })
  const { dtype } = node.inputs[operands[0]!]!
  return evaluate({ ...node, inputs: places })?.map(({ shape, data }) =>
    made(
      dtype as 'i64' | 'u64',
      shape,
      Array.from(data, (at) => elements[at]!),
    ),
  )
}

/** Repeated to a shape, by where each element comes from. */
function spread(x: Literal, shape: readonly number[]): readonly bigint[] {
  const elements = integersOf(x)
  const places = broadcastTo(
    literal(
      'i64',
      x.shape,
      Float64Array.from(x.data, (_, k) => k),
    ),
    shape,
  )
  return Array.from(places.data, (at) => elements[at]!)
}

/** Whole numbers in a type of fewer bits, which wraps; others take them as the doubles that they are near. */
function narrowed(x: Literal, to: DType): readonly Literal[] | undefined {
  const bits = Number(/^[iu](8|16|32)$/.exec(to)?.[1] ?? 0)
  if (bits === 0) return undefined
  const wrap = to.startsWith('i') ? BigInt.asIntN : BigInt.asUintN
  return [
    literal(
      to,
      x.shape,
      Array.from(integersOf(x), (each) => Number(wrap(bits, each))),
    ),
  ]
}

/**
 * Refuses results that came about in doubles, where these do not hold them.
 *
 * @throws QError `ONNX_UNSUPPORTED` for operators that add or multiply
 */
export function checkHeld({ op }: KnownNode, results: readonly (Literal | undefined)[], at: readonly string[]): void {
  if (!sums.has(op) || !results.some(isLong)) return
  throw new QError('ONNX_UNSUPPORTED', `${op} of constants is not supported where its integers leave 53 bits`, {
    at,
    found: 'integers beyond 2^53',
    wanted: 'smaller ones',
    hint: 'simplify the model, so that the result becomes a constant',
  })
}

/**
 * The results of a node on integers of 64 bits, every bit of them.
 *
 * @returns undefined for operators that are not computed so
 */
export function evaluateExactly(node: KnownNode): readonly Literal[] | undefined {
  const [first, ...rest] = node.inputs
  const carried = moves[node.op]?.(node)
  if (carried !== undefined) return carried.every((i) => isLong(node.inputs[i])) ? moved(node, carried) : undefined
  if (!isLong(first)) return undefined
  const dtype = first.dtype as 'i64' | 'u64'
  if (node.op === 'Cast') return narrowed(first, node.attrs['to'] as DType)
  const one = unary[node.op]
  if (one !== undefined) return [made(dtype, first.shape, Array.from(integersOf(first), one))]
  const two = node.op === 'Mod' ? remainder(node.attrs['fmod'] === 1) : binary[node.op]
  if (two === undefined || !rest.every(isLong)) return undefined
  const result = rest.reduce<Literal>((sum, each) => {
    const shape = broadcast(sum.shape, (each as Literal).shape)
    const [a, b] = [spread(sum, shape), spread(each as Literal, shape)]
    return made(
      dtype,
      shape,
      Array.from({ length: elementCount(shape) }, (_, i) => two(a[i]!, b[i]!)),
    )
  }, first)
  return [node.op in comparisons ? literal('bool', result.shape, result.data) : result]
}
