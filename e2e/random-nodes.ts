import type { Attrs, DType, Graph, OpName, Quant, Tensor, TensorType, Value } from '@q/ir'
import { allOps } from '@q/ir'
import { inferNode } from '@q/ir/graph'
import { codeTypes, elementsOf, type Operand, type Roll, roundings, source } from './random-source.ts'

/** One random node, and what it is fed. */
export interface RandomNode {
  readonly graph: Graph
  readonly feeds: ReadonlyMap<string, Tensor>
}

type Made = readonly [op: OpName, operands: readonly (Operand | undefined)[], attrs: Attrs, result: Omit<TensorType, 'shape'>]

type Source = ReturnType<typeof source>
const bitsOf = (dtype: DType): number => (dtype === 'i8' || dtype === 'u8' ? 8 : dtype === 'i32' ? 32 : 16)

/** Brings numbers of so many bits to the codes of the result. */
const down = (from: number, to: DType): number => Math.max(0, from - bitsOf(to))

/** The larger or the smaller of two operands, one of them repeated. */
const choice = (op: OpName, s: Source): Made => [
  op,
  [s.operand([1, 3, 4]), s.operand([3, 1])],
  { ...s.factors(2, s.whole(0, 2)), relu: s.chance(0.3) },
  s.resultType(),
]

const makers: Readonly<Record<string, (s: Source) => Made>> = {
  QConv(s) {
    const group = s.pick([1, 1, 2, 4])
    const [inputs, outputs] = [4, 8]
    const side = s.pick([1, 2, 3])
    const x = s.operand([1, inputs, s.whole(3, 6), s.whole(3, 6)])
    const w = s.weights([outputs, inputs / group, side, side], 0)
    const y = s.resultType()
    const bits = bitsOf(x.type.dtype) + bitsOf(w.type.dtype) + 3
    const attrs = {
      strides: [s.whole(1, 2), s.whole(1, 2)],
      pads: Array.from({ length: 4 }, () => s.whole(0, 1)),
      dilations: side === 2 && s.chance(0.4) ? [2, 1] : [],
      group,
    }
    return ['QConv', [x, w, s.bias(outputs)], { ...attrs, ...s.factors(outputs, down(bits, y.dtype)), ...s.flags() }, y]
  },
  QConvTranspose(s) {
    const group = s.pick([1, 2])
    const x = s.operand([1, 4, s.whole(2, 4), s.whole(2, 4)])
    const w = s.weights([4, 3, 3, 2], 1)
    const y = s.resultType()
    const strides = [s.whole(1, 3), s.whole(1, 2)]
    const attrs = {
      strides,
      pads: Array.from({ length: 4 }, () => s.whole(0, 1)),
      output_padding: s.chance(0.5) ? [] : strides.map((each) => each - 1),
      group,
    }
    const bits = bitsOf(x.type.dtype) + bitsOf(w.type.dtype) + 3
    const zeros = w.type.quant?.axis === undefined || group === 1 ? w : s.fixed(s.operand([4, 3, 3, 2]))
    return ['QConvTranspose', [x, zeros, s.bias(3 * group)], { ...attrs, ...s.factors(3 * group, down(bits, y.dtype)), ...s.flags() }, y]
  },
  QMatMul(s) {
    const columns = s.whole(1, 6)
    const inner = s.whole(1, 9)
    const a = s.operand(
      s.pick([
        [3, inner],
        [2, 3, inner],
      ]),
    )
    const isComputed = s.chance(0.3)
    const b = isComputed ? s.operand([inner, columns]) : s.weights([inner, columns], 1)
    const y = s.resultType()
    const bits = bitsOf(a.type.dtype) + bitsOf(b.type.dtype) + 2
    return ['QMatMul', [a, b, s.bias(columns)], { ...s.factors(columns, down(bits, y.dtype)), ...s.flags() }, y]
  },
  QAdd(s) {
    const operands = Array.from({ length: s.whole(1, 3) }, () =>
      s.operand(
        s.pick([
          [1, 3, 4],
          [3, 1],
          [1, 3, 4],
        ]),
      ),
    )
    const y = s.resultType()
    const { relu } = s.flags()
    const attrs = { ...s.factors(operands.length, s.whole(0, 2)), relu: relu!, requantizeSum: s.chance(0.3) }
    return ['QAdd', operands, attrs, y]
  },
  QSub(s) {
    const operands = [s.operand([1, 3, 4]), s.operand([3, 1])]
    return ['QSub', operands, { ...s.factors(2, s.whole(0, 2)), relu: s.chance(0.3) }, s.resultType()]
  },
  QMax: (s) => choice('QMax', s),
  QMin: (s) => choice('QMin', s),
  QMul(s) {
    const [a, b] = [s.operand([1, 3, 4]), s.operand([3, 1])]
    const y = s.resultType()
    return ['QMul', [a, b], { ...s.factors(1, down(bitsOf(a.type.dtype) + bitsOf(b.type.dtype), y.dtype)), relu: s.chance(0.3) }, y]
  },
  QAddConstant(s) {
    const attrs = { constant: s.whole(-70000, 70000), operation: s.pick(['add', 'subtract', 'subtract-from']) }
    return ['QAddConstant', [s.operand([2, 9])], { ...attrs, ...s.factors(1, s.whole(0, 4)), ...s.flags() }, s.resultType()]
  },
  QLimitConstant(s) {
    const attrs = { constant: s.whole(-200, 200), operation: s.pick(['max', 'min']), relu: s.chance(0.3) }
    return ['QLimitConstant', [s.operand([2, 9])], { ...attrs, ...s.factors(1, s.whole(0, 2)) }, s.resultType()]
  },
  QLeakyRelu: (s) => ['QLeakyRelu', [s.operand([1, 3, 5])], { ...s.factors(2, s.whole(0, 3)), ...s.flags() }, s.resultType()],
  QPRelu: (s) => [
    'QPRelu',
    [s.operand([1, 3, 5]), s.fixed(s.operand([1, 3, 1]))],
    { ...s.factors(2, s.whole(6, 14)), ...s.flags() },
    s.resultType(),
  ],
  QAffine(s) {
    const shift: Operand | undefined = s.chance(0.3)
      ? { type: { dtype: 'i32', shape: [3] }, isConstant: true, numbers: [-4, -9, 0] }
      : undefined
    const operands = [s.operand([1, 3, 5]), s.fixed(s.operand([3])), s.bias(3) ?? s.fixed(s.operand([3], 'i32')), shift]
    return ['QAffine', operands, { ...s.factors(3, s.whole(4, 14)), ...s.flags() }, s.resultType()]
  },
  QAveragePool(s) {
    const x = s.operand([1, 2, s.whole(4, 7), s.whole(4, 7)])
    const isReal = s.chance(0.4)
    const width = s.whole(1, 3)
    const y = s.resultType()
    const attrs = {
      kernel_shape: [s.whole(1, 3), width],
      strides: [s.whole(1, 2), 1],
      pads: [0, width > 1 ? s.whole(0, 1) : 0, 0, 0],
      count_include_pad: s.chance(0.5),
      ...s.factors(1, s.whole(1, 4)),
      relu: s.chance(0.3),
      ...(isReal ? { scale: 0.1 * s.whole(1, 9), offset: s.whole(-20, 20) / 8 } : {}),
    }
    return ['QAveragePool', [x], attrs, y]
  },
  QCompareConstant: (s) => [
    'QCompareConstant',
    [s.operand([2, 9])],
    { constant: s.whole(-9, 9) / 2, operation: s.pick(['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']) },
    { dtype: 'u8', quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } },
  ],
  Requantize(s) {
    const dtype = s.pick([...codeTypes, 'i32', 'i32'] as const)
    const y = s.resultType(s.pick([...codeTypes, 'i32']))
    const axis = s.whole(0, 2)
    const attrs = { axis, relu: s.chance(0.3), ...s.factors([2, 3, 5][axis]!, down(bitsOf(dtype), y.dtype)) }
    return ['Requantize', [s.operand([2, 3, 5], dtype)], attrs, y]
  },
  RequantizeAxis(s) {
    const y = s.resultType()
    const numbers = Array.from({ length: 9 }, (_, i) => (i % 3 === 0 ? s.whole(1, 2 ** 30) : i % 3 === 1 ? -s.whole(0, 35) : s.whole(0, 9)))
    const parameters: Operand = { type: { dtype: 'i32', shape: [1, 3, 1, 3] }, isConstant: true, numbers }
    const { requantize, rounding } = s.factors(1, 0, ['multiplier-shift', 'quantized-multiplier'])
    const attrs = { axis: 1, requantize: requantize!, rounding: rounding!, relu: s.chance(0.3) }
    return ['RequantizeAxis', [s.operand([2, 3, 5], s.pick([...codeTypes, 'i32'])), parameters], attrs, y]
  },
  Lut(s) {
    const x = s.operand([2, 9])
    const y = s.resultType()
    const count = bitsOf(x.type.dtype) === 8 ? 256 : 65536
    return ['Lut', [x, { type: { dtype: y.dtype, shape: [count] }, isConstant: true }], {}, y]
  },
  QSoftmax(s) {
    const x = s.operand([2, 3, 4])
    const count = bitsOf(x.type.dtype) === 8 ? 256 : 65536
    const numbers = Array.from({ length: count }, (_, i) => Math.fround(Math.exp(-i / s.pick([8, 40]))))
    const table: Operand = { type: { dtype: 'f32', shape: [count] }, isConstant: true, numbers }
    const y = s.resultType()
    return ['QSoftmax', [x, table], { axis: s.whole(-1, 2) }, { ...y, quant: { ...y.quant, scale: 2 ** -bitsOf(y.dtype) } }]
  },
  QuantizeLinear(s) {
    const y = s.resultType()
    const slices = Array.from({ length: 3 }, () => s.quant(y.dtype))
    const sliced: Quant = {
      ...y.quant,
      axis: 1,
      scales: slices.map(({ scale }) => scale),
      zeroPoints: slices.map(({ zeroPoint }) => zeroPoint),
    }
    const number = () => s.whole(-400, 400) * y.quant.scale * 0.5
    const numbers = Array.from({ length: 30 }, () => (s.chance(0.1) ? s.special() : number()))
    const type = { dtype: s.pick(['f32', 'f32', 'f16', 'bf16'] as const), shape: [2, 3, 5] }
    const attrs = { rounding: s.pick(roundings), ...s.bf16Style(type) }
    return ['QuantizeLinear', [{ type, numbers }], attrs, { ...y, quant: s.chance(0.3) ? sliced : y.quant }]
  },
  DequantizeLinear(s) {
    const x = s.operand([2, 3, 5], s.pick([...codeTypes, 'i32']))
    const sliced = s.weights([2, 3, 5], 1)
    return ['DequantizeLinear', [s.chance(0.3) ? { type: sliced.type } : x], {}, { dtype: s.pick(['f32', 'f16', 'bf16'] as const) }]
  },
  Cast(s) {
    const numbers = Array.from({ length: 30 }, () => (s.chance(0.3) ? s.special() : s.whole(-400, 400) / 4))
    const [from, to] = [s.pick(['f32', 'f16', 'bf16'] as const), s.pick(['f32', 'f16', 'bf16'] as const)]
    return ['Cast', [{ type: { dtype: from, shape: [2, 3, 5] }, numbers }], { to, ...s.bf16Style({ dtype: to }) }, { dtype: to }]
  },
  ...Object.fromEntries(
    (
      [
        ['MaxPool', { kernel_shape: [2, 2], strides: [1, 2], pads: [0, 1, 1, 0] }],
        ['Relu', {}],
        ['Reshape', { shape: [1, 4, 15] }],
        ['Transpose', { perm: [0, 2, 3, 1] }],
        ['Slice', { starts: [0, 1, 0, 4], ends: [1, 4, 3, -1], steps: [1, 2, 1, -1] }],
        ['Tile', { repeats: [1, 2, 1, 1] }],
        ['Pad', { pads: [0, 0, 1, 0, 0, 0, 0, 2], value: 3 }],
        ['Pad', { pads: [0, 0, 1, 0, 0, 0, 0, 2], mode: 'edge' }],
        ['Upsample', { scale_h: 2, scale_w: 3 }],
        ['DepthToSpace', { block_h: 2, block_w: 2 }],
        ['ShuffleChannel', { group: 2 }],
        ['Reverse', { axis: 2 }],
        ['SwapDimInner', { offsets: [0, 1, 2, 0] }],
      ] as const
    ).map(([op, attrs], i) => [
      `${op} ${i}`,
      (s: Source): Made => {
        const x = s.operand([1, 4, 3, 5], s.pick([...codeTypes, 'i32']))
        const { shape: _, ...same } = x.type
        return [op, [x], attrs, same]
      },
    ]),
  ),
  ...Object.fromEntries(
    (['Max', 'Min', 'Concat', 'Where', 'Gather', 'GatherElements', 'ScatterElements'] as const).map((op) => [
      op,
      (s: Source): Made => {
        const x = s.operand([2, 3, 4], s.pick([...codeTypes, 'i32']))
        const { shape: _, ...same } = x.type
        const indices: Operand = {
          type: { dtype: 'i32', shape: [2, 3, 4] },
          isConstant: true,
          numbers: Array.from({ length: 24 }, (_, i) => i % 2),
        }
        const truth: Operand = {
          type: { dtype: 'u8', shape: [2, 3, 4] },
          isConstant: true,
          numbers: Array.from({ length: 24 }, (_, i) => (i * i) % 2),
        }
        const operands: Readonly<Record<typeof op, readonly Operand[]>> = {
          Max: [x, x],
          Min: [x, x],
          Concat: [x, x],
          Where: [truth, x, x],
          Gather: [x, indices],
          GatherElements: [x, indices],
          ScatterElements: [x, indices, x],
        }
        return [op, operands[op], op === 'Max' || op === 'Min' || op === 'Where' ? {} : { axis: 1 }, same]
      },
    ]),
  ),
}

/** Operators whose factors may shift to the left. */
const requantizing =
  'QConv QConvTranspose QMatMul QAdd QSub QMax QMin QMul QAddConstant QLimitConstant QLeakyRelu QPRelu QAffine QAveragePool Requantize'

/** The same operators with left shifts, on codes near their zero points: few results saturate. */
const shiftingLeft: Readonly<Record<string, (s: Source) => Made>> = Object.fromEntries(
  requantizing.split(' ').map((name) => [
    `${name} shifting left`,
    (s: Source): Made => {
      const [op, operands, attrs, y] = makers[name]!(s)
      const near = operands.map((x) => (x === undefined || x.isConstant === true ? x : s.nearZero(x)))
      return [op, near, { ...attrs, ...s.leftFactors((attrs['shifts'] as readonly number[]).length) }, y]
    },
  ]),
)

const allMakers = { ...makers, ...shiftingLeft }

/** The operators of {@link randomNode}. */
export const randomOps: readonly string[] = Object.keys(allMakers)

/** A node with random operands, types, zero points, attributes and feeds. */
export function randomNode(name: string, roll: Roll): RandomNode {
  const s = source(roll)
  const [op, operands, attrs, result] = allMakers[name]!(s)
  const values = new Map<string, Value>()
  const feeds = new Map<string, Tensor>()
  const inputs = operands.map((operand, i) => {
    if (operand === undefined) return undefined
    const { type, isConstant = false, numbers } = operand
    const id = `x${i}`
    const list = numbers ?? s.codes(type.dtype, type.shape)
    const tensor: Tensor = { dtype: type.dtype, shape: type.shape, data: elementsOf(type.dtype, list) }
    values.set(id, { name: id, type, ...(isConstant ? { isConstant, constant: tensor } : {}) })
    if (!isConstant) feeds.set(id, tensor)
    return id
  })
  while (inputs.length > 0 && inputs.at(-1) === undefined) inputs.pop()
  const spec = allOps.get(op)!
  const given = Object.fromEntries(Object.entries(attrs).filter(([attr]) => attr in spec.attrs || attr === 'bf16'))
  const node = { op, inputs, outputs: ['y'], attrs: given }
  const { shape } = inferNode(node, allOps, (id) => values.get(id)!.type)[0]!
  values.set('y', { name: 'y', type: { ...result, shape } })
  const graph: Graph = {
    name,
    inputs: [...feeds.keys()].map((id) => ({ name: id })),
    outputs: ['y'],
    nodes: [node],
    values,
    ops: allOps,
    properties: { stage: 'quantized' },
  }
  return { graph, feeds }
}
