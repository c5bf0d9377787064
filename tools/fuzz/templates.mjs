/** Operators with operands that fit: what stands behind the first operand (`other` is a computed one of its shape), attributes, the shape of the result where it is simple. */
const count = (shape) => shape.reduce((a, b) => a * b, 1)
const floats = (random, dims, make = random.number) => ({ dims, data: random.list(count(dims), make), type: 1 })
const ints = (data, dims = [data.length]) => ({ dims, data, type: 7 })
const axisOf = ({ shape }, random) => random.whole(-shape.length, shape.length - 1)
const image = ({ shape }) => shape.length === 4

const same = (attrs) => (x, random) => ({ shape: x.shape, ...(attrs === undefined ? {} : { attrs: attrs(x, random) }) })
const alpha = (x, random) => (random.chance(0.5) ? {} : { alpha: { float: random.pick([0, 0.1, 0.5, 1, 2, -1]) } })

/** A second operand: the same numbers again, a list for the last axis, for the channels, one number, or something odd. */
function secondOperand({ shape }, random) {
  const dims = random.pick([shape, [shape.at(-1)], [shape[1] ?? 1, ...shape.slice(2).map(() => 1)], [], [1], [1, ...shape.slice(1)]])
  return random.chance(0.35) ? 'other' : floats(random, dims)
}
const pairwise = (x, random) => ({ more: [secondOperand(x, random)], shape: x.shape })
const compared = (op) => (x, random) => ({ ...pairwise(x, random), op, shape: undefined })

function window(x, random, sides = 2) {
  const rank = x.shape.length - 2
  const kernel = random.list(rank, () => random.whole(1, sides + 1))
  return {
    kernel_shape: kernel,
    ...(random.chance(0.5) ? { strides: random.list(rank, () => random.whole(1, 3)) } : {}),
    ...(random.chance(0.5) ? { pads: random.list(2 * rank, () => random.below(Math.min(...kernel))) } : {}),
    ...(random.chance(0.15) ? { auto_pad: random.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID', 'NOTSET']) } : {}),
  }
}

function reduction(x, random) {
  const axes = [...new Set(random.list(random.whole(1, 2), () => axisOf(x, random)))]
  return { attrs: { axes, keepdims: random.below(2) } }
}
const reducing = Object.fromEntries(
  ['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL2', 'ReduceSum', 'ReduceProd', 'ReduceL1'].map((op) => [op, reduction]),
)
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
    'Not',
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
  Celu: same((x, random) => ({ alpha: { float: random.pick([0.5, 1, 2]) } })),
  ThresholdedRelu: same(alpha),
  HardSigmoid: same(alpha),
  Gelu: same((x, random) => ({ approximate: random.pick(['none', 'tanh']) })),
  Shrink: same((x, random) => ({ lambd: { float: random.pick([0, 0.5, 1]) }, bias: { float: random.pick([0, 0.5]) } })),
  Softmax: same((x, random) => ({ axis: axisOf(x, random) })),
  LogSoftmax: same((x, random) => ({ axis: axisOf(x, random) })),
  Clip: (x, random) => ({
    shape: x.shape,
    more: random.pick([[floats(random, [])], [floats(random, []), floats(random, [])], [undefined, floats(random, [])], []]),
  }),
  Cast: (x, random) => ({ attrs: { to: random.pick([1, 1, 6, 7, 9, 10]) } }),
  Conv(x, random) {
    if (x.shape.length < 3) return undefined
    const group = random.pick([1, 1, x.shape[1], 2])
    const outputs = group * random.whole(1, 3)
    const attrs = {
      ...window(x, random),
      group,
      ...(random.chance(0.2) ? { dilations: x.shape.slice(2).map(() => random.whole(1, 2)) } : {}),
    }
    const more = [floats(random, [outputs, x.shape[1] / group, ...attrs.kernel_shape].map(Math.floor))]
    if (random.chance(0.7)) more.push(floats(random, [outputs]))
    return { attrs, more }
  },
  ConvTranspose(x, random) {
    if (!image(x)) return undefined
    const attrs = { ...window(x, random), ...(random.chance(0.2) ? { output_padding: [1, 1], strides: [2, 2] } : {}) }
    return { attrs, more: [floats(random, [x.shape[1], random.whole(1, 3), ...attrs.kernel_shape])] }
  },
  MaxPool: (x, random) => (x.shape.length < 3 ? undefined : { attrs: { ...window(x, random), ceil_mode: random.below(2) } }),
  AveragePool: (x, random) =>
    x.shape.length < 3 ? undefined : { attrs: { ...window(x, random), ceil_mode: random.below(2), count_include_pad: random.below(2) } },
  GlobalAveragePool: (x) => (image(x) ? { shape: [...x.shape.slice(0, 2), 1, 1] } : undefined),
  GlobalMaxPool: (x) => (image(x) ? { shape: [...x.shape.slice(0, 2), 1, 1] } : undefined),
  BatchNormalization(x, random) {
    const list = (make) => floats(random, [x.shape[1]], make)
    return x.shape.length < 2 ? undefined : { shape: x.shape, more: [list(), list(), list(), list(() => Math.abs(random.number()) + 0.1)] }
  },
  InstanceNormalization: (x, random) =>
    x.shape.length < 3 ? undefined : { shape: x.shape, more: [floats(random, [x.shape[1]]), floats(random, [x.shape[1]])] },
  LayerNormalization: (x, random) => ({
    shape: x.shape,
    attrs: { axis: -1 },
    more: [floats(random, [x.shape.at(-1)]), floats(random, [x.shape.at(-1)])],
  }),
  LpNormalization: same((x, random) => ({ axis: axisOf(x, random), p: random.pick([1, 2]) })),
  MatMul(x, random) {
    const columns = random.whole(1, 5)
    return { more: [floats(random, [x.shape.at(-1), columns])], shape: [...x.shape.slice(0, -1), columns] }
  },
  Gemm(x, random) {
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
  Transpose: (x, random) => {
    const perm = x.shape.map((_, i) => i)
    for (let i = perm.length - 1; i > 0; i--) {
      const j = random.below(i + 1)
      ;[perm[i], perm[j]] = [perm[j], perm[i]]
    }
    return { attrs: { perm }, shape: perm.map((axis) => x.shape[axis]) }
  },
  Reshape: (x, random) => ({
    more: [ints(random.pick([[1, -1], [0, -1], [-1], [x.shape[0], count(x.shape) / x.shape[0]], [1, 1, -1], [0, 0, -1], [-1, 2]]))],
  }),
  Flatten: (x, random) => ({ attrs: { axis: axisOf(x, random) } }),
  Squeeze: () => ({}),
  Unsqueeze: (x, random) => ({ more: [ints([axisOf(x, random)])] }),
  Concat: (x, random) => ({
    more: random.list(random.whole(1, 2), () => random.pick(['other', floats(random, x.shape)])),
    attrs: { axis: axisOf(x, random) },
  }),
  Split: (x, random) => ({ attrs: { axis: axisOf(x, random) }, more: [ints(random.list(2, () => random.whole(1, 4)))], results: ['s_1'] }),
  Slice: (x, random) => ({
    more: [
      ints([random.whole(-9, 9)]),
      ints([random.pick([random.whole(-9, 9), 2 ** 31 - 1, -(2 ** 31)])]),
      ints([axisOf(x, random)]),
      ints([random.pick([1, 1, 1, 2, -1, -2, 3])]),
    ],
  }),
  Gather: (x, random) => ({
    more: [
      ints(
        random.list(random.whole(1, 3), () => random.whole(-3, 3)),
        random.pick([undefined, undefined, [1]]),
      ),
    ],
    attrs: { axis: axisOf(x, random) },
  }),
  GatherElements: (x, random) => ({
    more: [{ ...ints(random.list(count(x.shape), () => 0)), dims: x.shape }],
    attrs: { axis: axisOf(x, random) },
  }),
  Pad: (x, random) => ({
    more: [ints(random.list(2 * x.shape.length, () => random.pick([0, 0, 1, 2, -1]))), floats(random, [])],
    attrs: { mode: random.pick(['constant', 'constant', 'reflect', 'edge']) },
  }),
  Tile: (x, random) => ({ more: [ints(x.shape.map(() => random.pick([1, 1, 2, 0])))] }),
  Expand: (x, random) => ({
    more: [ints(x.shape.map((size) => random.pick([size, 1])).map((size, i) => (random.chance(0.1) ? 2 * x.shape[i] : size)))],
  }),
  Where: (x, random) => ({
    first: { dims: x.shape, data: random.list(count(x.shape), () => random.below(2)), type: 9 },
    more: ['other', secondOperand(x, random)],
  }),
  ArgMax: (x, random) => ({ attrs: { axis: axisOf(x, random), keepdims: random.below(2), select_last_index: random.below(2) } }),
  ArgMin: (x, random) => ({ attrs: { axis: axisOf(x, random), keepdims: random.below(2) } }),
  TopK: (x, random) => ({
    more: [ints([random.whole(1, 4)])],
    attrs: { axis: axisOf(x, random), largest: random.below(2) },
    results: ['k_1'],
  }),
  CumSum: (x, random) => ({ more: [ints([axisOf(x, random)], [])], attrs: { exclusive: random.below(2), reverse: random.below(2) } }),
  DepthToSpace: (x, random) => (image(x) ? { attrs: { blocksize: 2, mode: random.pick(['DCR', 'CRD']) } } : undefined),
  SpaceToDepth: (x) => (image(x) ? { attrs: { blocksize: 2 } } : undefined),
  Resize(x, random) {
    if (!image(x)) return undefined
    const attrs = {
      mode: random.pick(['nearest', 'linear', 'cubic']),
      coordinate_transformation_mode: random.pick(['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel']),
      nearest_mode: random.pick(['floor', 'round_prefer_floor', 'ceil', 'round_prefer_ceil']),
    }
    return { attrs, more: [undefined, { dims: [4], data: [1, 1, random.pick([1, 2, 3, 0.5, 1.5]), random.pick([2, 2, 3, 0.5])], type: 1 }] }
  },
  Upsample: (x, random) =>
    image(x)
      ? { more: [{ dims: [4], data: [1, 1, 2, random.pick([1, 2, 3])], type: 1 }], attrs: { mode: random.pick(['nearest', 'linear']) } }
      : undefined,
  LRN: (x, random) => (image(x) ? { attrs: { size: random.pick([1, 3, 5]) }, shape: x.shape } : undefined),
  Einsum: (x, random) =>
    x.shape.length === 3
      ? {
          attrs: { equation: random.pick(['abc,acd->abd', 'abc->acb', 'abc->ac', 'abc,ac->ab']) },
          more: [floats(random, [x.shape[0], x.shape[2], 3])],
        }
      : { attrs: { equation: '...a->...a' } },
  Trilu: (x, random) => ({ attrs: { upper: random.below(2) }, shape: x.shape }),
  Shape: () => ({}),
  ConstantOfShape: (x, random) => ({ first: ints(random.list(random.whole(1, 3), () => random.pick([1, 2, 0, random.odd()]))) }),
  Range: (x, random) => ({ first: ints([0], []), more: [ints([random.odd()], []), ints([random.pick([1, 2, 0, -1])], [])] }),
  OneHot: (x, random) => ({ first: ints([0, 1, 2]), more: [ints([random.pick([3, 4, random.odd()])], []), floats(random, [2])] }),
  EyeLike: () => ({}),
}
