/** Operators with operands that fit: what stands behind the first operand (`other` is a computed one of its shape), attributes, the shape of the result where it is simple. */
const count = (shape) => shape.reduce((a, b) => a * b, 1)
const floats = (random, dims, make = random.number) => ({ dims, data: random.list(count(dims), make), type: 1 })
const ints = (data, dims = [data.length]) => ({ dims, data, type: 7 })
const axisOf = (random, { shape }) => random.whole(-shape.length, shape.length - 1)
const image = ({ shape }) => shape.length === 4

const same = (attrs) => (random, x) => ({ shape: x.shape, ...(attrs === undefined ? {} : { attrs: attrs(random, x) }) })
const alpha = (random) => (random.chance(0.5) ? {} : { alpha: { float: random.pick([0, 0.1, 0.5, 1, 2, -1]) } })

/** A second operand: the same numbers again, a list for the last axis, for the channels, one number, or something odd. */
function secondOperand(random, { shape }) {
  const dims = random.pick([shape, [shape.at(-1)], [shape[1] ?? 1, ...shape.slice(2).map(() => 1)], [], [1], [1, ...shape.slice(1)]])
  return random.chance(0.35) ? 'other' : floats(random, dims)
}
const pairwise = (random, x) => ({ more: [secondOperand(random, x)], shape: x.shape })
const compared = (op) => (random, x) => ({ ...pairwise(random, x), op, shape: undefined })

function window(random, x, sides = 2) {
  const rank = x.shape.length - 2
  const kernel = random.list(rank, () => random.whole(1, sides + 1))
  return {
    kernel_shape: kernel,
    ...(random.chance(0.5) ? { strides: random.list(rank, () => random.whole(1, 3)) } : {}),
    ...(random.chance(0.5) ? { pads: random.list(2 * rank, () => random.below(Math.min(...kernel))) } : {}),
    ...(random.chance(0.15) ? { auto_pad: random.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID', 'NOTSET']) } : {}),
  }
}

/** Axes are an operand from a version on. */
const reduction = (first) => (random, x, opset) => {
  const axes = [...new Set(random.list(random.whole(1, 2), () => axisOf(random, x)))]
  const keepdims = random.below(2)
  return opset < first ? { attrs: { axes, keepdims } } : { attrs: { keepdims }, more: [ints(axes)] }
}
const reducing = {
  ...Object.fromEntries(['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL2', 'ReduceProd', 'ReduceL1'].map((op) => [op, reduction(18)])),
  ReduceSum: reduction(13),
}
const mapping = Object.fromEntries(
  [
    'Relu',
    'Sigmoid',
    'Tanh',
    'Exp',
    'Abs',
    'Neg',
    'Floor',
    'Ceil',
    'Round',
    'Sqrt',
    'Reciprocal',
    'Erf',
    'Softplus',
    'Softsign',
    'Sin',
    'Cos',
    'HardSwish',
    'Identity',
    'Sign',
    'Log',
    'Mish',
    'Size',
    'NonZero',
    'LSTM',
    'Det',
  ].map((op) => [op, same()]),
)
const twofold = Object.fromEntries(
  ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow', 'PRelu', 'Mod', 'Sum', 'Mean'].map((op) => [op, pairwise]),
)
const comparing = Object.fromEntries(['Greater', 'Less', 'Equal', 'GreaterOrEqual', 'LessOrEqual'].map((op) => [op, compared(op)]))

export const templates = {
  ...mapping,
  ...twofold,
  ...comparing,
  ...reducing,
  LeakyRelu: same(alpha),
  Elu: same(alpha),
  Selu: same(alpha),
  Celu: same((random) => ({ alpha: { float: random.pick([0.5, 1, 2]) } })),
  ThresholdedRelu: same(alpha),
  HardSigmoid: same(alpha),
  Gelu: same((random) => ({ approximate: random.pick(['none', 'tanh']) })),
  Shrink: same((random) => ({ lambd: { float: random.pick([0, 0.5, 1]) }, bias: { float: random.pick([0, 0.5]) } })),
  Softmax: same((random, x) => ({ axis: axisOf(random, x) })),
  LogSoftmax: same((random, x) => ({ axis: axisOf(random, x) })),
  Clip: (random, x) => ({
    shape: x.shape,
    more: random.pick([[floats(random, [])], [floats(random, []), floats(random, [])], [undefined, floats(random, [])], []]),
  }),
  Cast: (random) => ({ attrs: { to: random.pick([1, 1, 6, 7, 9, 10]) } }),
  Conv(random, x) {
    if (x.shape.length < 3) return undefined
    const group = random.pick([1, 1, x.shape[1], 2])
    const outputs = group * random.whole(1, 3)
    const attrs = {
      ...window(random, x),
      group,
      ...(random.chance(0.2) ? { dilations: x.shape.slice(2).map(() => random.whole(1, 2)) } : {}),
    }
    const more = [floats(random, [outputs, x.shape[1] / group, ...attrs.kernel_shape].map(Math.floor))]
    if (random.chance(0.7)) more.push(floats(random, [outputs]))
    return { attrs, more }
  },
  ConvTranspose(random, x) {
    if (!image(x)) return undefined
    const attrs = { ...window(random, x), ...(random.chance(0.2) ? { output_padding: [1, 1], strides: [2, 2] } : {}) }
    return { attrs, more: [floats(random, [x.shape[1], random.whole(1, 3), ...attrs.kernel_shape])] }
  },
  MaxPool: (random, x) => (x.shape.length < 3 ? undefined : { attrs: { ...window(random, x), ceil_mode: random.below(2) } }),
  AveragePool: (random, x) =>
    x.shape.length < 3 ? undefined : { attrs: { ...window(random, x), ceil_mode: random.below(2), count_include_pad: random.below(2) } },
  GlobalAveragePool: (_, x) => (image(x) ? { shape: [...x.shape.slice(0, 2), 1, 1] } : undefined),
  GlobalMaxPool: (_, x) => (image(x) ? { shape: [...x.shape.slice(0, 2), 1, 1] } : undefined),
  BatchNormalization(random, x) {
    const list = (make) => floats(random, [x.shape[1]], make)
    return x.shape.length < 2 ? undefined : { shape: x.shape, more: [list(), list(), list(), list(() => Math.abs(random.number()) + 0.1)] }
  },
  InstanceNormalization: (random, x) =>
    x.shape.length < 3 ? undefined : { shape: x.shape, more: [floats(random, [x.shape[1]]), floats(random, [x.shape[1]])] },
  LayerNormalization: (random, x) => ({
    shape: x.shape,
    attrs: { axis: -1 },
    more: [floats(random, [x.shape.at(-1)]), floats(random, [x.shape.at(-1)])],
  }),
  LpNormalization: same((random, x) => ({ axis: axisOf(random, x), p: random.pick([1, 2]) })),
  MatMul(random, x) {
    const columns = random.whole(1, 5)
    return { more: [floats(random, [x.shape.at(-1), columns])], shape: [...x.shape.slice(0, -1), columns] }
  },
  Gemm(random, x) {
    const columns = random.whole(1, 5)
    const transB = random.below(2)
    if (x.shape.length !== 2) return undefined
    const more = [floats(random, transB ? [columns, x.shape[1]] : [x.shape[1], columns])]
    if (random.chance(0.7)) more.push(floats(random, random.pick([[columns], [1, columns], [x.shape[0], columns], [], [1]])))
    return {
      more,
      attrs: { transB, alpha: { float: random.pick([1, 0.5]) }, beta: { float: random.pick([1, 0, 2]) } },
      shape: [x.shape[0], columns],
    }
  },
  Transpose: (random, x) => {
    const perm = x.shape.map((_, i) => i)
    for (let i = perm.length - 1; i > 0; i--) {
      const j = random.below(i + 1)
      ;[perm[i], perm[j]] = [perm[j], perm[i]]
    }
    return { attrs: { perm }, shape: perm.map((axis) => x.shape[axis]) }
  },
  Reshape: (random, x) => ({
    more: [ints(random.pick([[1, -1], [0, -1], [-1], [x.shape[0], count(x.shape) / x.shape[0]], [1, 1, -1], [0, 0, -1], [-1, 2]]))],
  }),
  Flatten: (random, x) => ({ attrs: { axis: axisOf(random, x) } }),
  Squeeze: () => ({}),
  Unsqueeze: (random, x, opset) => (opset < 13 ? { attrs: { axes: [axisOf(random, x)] } } : { more: [ints([axisOf(random, x)])] }),
  Concat: (random, x) => ({
    more: random.list(random.whole(1, 2), () => random.pick(['other', floats(random, x.shape)])),
    attrs: { axis: axisOf(random, x) },
  }),
  Split(random, x, opset) {
    const axis = axisOf(random, x)
    const split = random.list(2, () => random.whole(1, 4))
    return opset < 13 ? { attrs: { axis, split }, results: ['s_1'] } : { attrs: { axis }, more: [ints(split)], results: ['s_1'] }
  },
  Slice: (random, x) => ({
    more: [
      ints([random.whole(-9, 9)]),
      ints([random.pick([random.whole(-9, 9), 2 ** 31 - 1, -(2 ** 31)])]),
      ints([axisOf(random, x)]),
      ints([random.pick([1, 1, 1, 2, -1, -2, 3])]),
    ],
  }),
  Gather: (random, x) => ({
    more: [
      ints(
        random.list(random.whole(1, 3), () => random.whole(-3, 3)),
        random.pick([undefined, undefined, [1]]),
      ),
    ],
    attrs: { axis: axisOf(random, x) },
  }),
  GatherElements: (random, x) => ({
    more: [{ ...ints(random.list(count(x.shape), () => 0)), dims: x.shape }],
    attrs: { axis: axisOf(random, x) },
  }),
  Pad: (random, x) => ({
    more: [ints(random.list(2 * x.shape.length, () => random.pick([0, 0, 1, 2, -1]))), floats(random, [])],
    attrs: { mode: random.pick(['constant', 'constant', 'reflect', 'edge']) },
  }),
  Tile: (random, x) => ({ more: [ints(x.shape.map(() => random.pick([1, 1, 2, 0])))] }),
  Expand: (random, x) => ({
    more: [ints(x.shape.map((size) => random.pick([size, 1])).map((size, i) => (random.chance(0.1) ? 2 * x.shape[i] : size)))],
  }),
  Where: (random, x) => ({
    first: { dims: x.shape, data: random.list(count(x.shape), () => random.below(2)), type: 9 },
    more: ['other', secondOperand(random, x)],
  }),
  ArgMax: (random, x) => ({ attrs: { axis: axisOf(random, x), keepdims: random.below(2), select_last_index: random.below(2) } }),
  ArgMin: (random, x) => ({ attrs: { axis: axisOf(random, x), keepdims: random.below(2) } }),
  TopK: (random, x) => ({
    more: [ints([random.whole(1, 4)])],
    attrs: { axis: axisOf(random, x), largest: random.below(2) },
    results: ['k_1'],
  }),
  CumSum: (random, x) => ({ more: [ints([axisOf(random, x)], [])], attrs: { exclusive: random.below(2), reverse: random.below(2) } }),
  DepthToSpace: (random, x) => (image(x) ? { attrs: { blocksize: 2, mode: random.pick(['DCR', 'CRD']) } } : undefined),
  SpaceToDepth: (_, x) => (image(x) ? { attrs: { blocksize: 2 } } : undefined),
  Resize(random, x) {
    if (!image(x)) return undefined
    const attrs = {
      mode: random.pick(['nearest', 'linear', 'cubic']),
      coordinate_transformation_mode: random.pick(['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel']),
      nearest_mode: random.pick(['floor', 'round_prefer_floor', 'ceil', 'round_prefer_ceil']),
    }
    return { attrs, more: [undefined, { dims: [4], data: [1, 1, random.pick([1, 2, 3, 0.5, 1.5]), random.pick([2, 2, 3, 0.5])], type: 1 }] }
  },
  // No version of the operator set that models are made in has it any longer.
  Upsample: (random, x) =>
    image(x) && random.chance(0.1)
      ? { more: [{ dims: [4], data: [1, 1, 2, random.pick([1, 2, 3])], type: 1 }], attrs: { mode: random.pick(['nearest', 'linear']) } }
      : undefined,
  LRN: (random, x) => (image(x) ? { attrs: { size: random.pick([1, 3, 5]) }, shape: x.shape } : undefined),
  Einsum: (random, x) =>
    x.shape.length === 3
      ? {
          attrs: { equation: random.pick(['abc,acd->abd', 'abc->acb', 'abc->ac', 'abc,ac->ab']) },
          more: [floats(random, [x.shape[0], x.shape[2], 3])],
        }
      : { attrs: { equation: '...a->...a' } },
  Trilu: (random, x) => ({ attrs: { upper: random.below(2) }, shape: x.shape }),
  Shape: () => ({}),
  ConstantOfShape: (random) => ({ first: ints(random.list(random.whole(1, 3), () => random.pick([1, 2, 0, random.odd()]))) }),
  Range: (random) => ({ first: ints([0], []), more: [ints([random.odd()], []), ints([random.pick([1, 2, 0, -1])], [])] }),
  OneHot: (random) => ({ first: ints([0, 1, 2]), more: [ints([random.pick([3, 4, random.odd()])], []), floats(random, [2])] }),
  EyeLike: (_, x) => (x.shape.length === 2 ? {} : undefined),
}
