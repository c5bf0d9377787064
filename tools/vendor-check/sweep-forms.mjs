/**
 * Operands that forms are written with, as `@name`: type, and the ends between which a sample's numbers lie; `whole` ones, of which some are equal to others.
 *
 * @type {Readonly<Record<string, readonly [type: string, low: number, high: number, kind?: 'whole']>>}
 */
export const operands = {
  x: ['f32[1,4,6,6]', -2, 2],
  y: ['f32[1,4,6,6]', -3, 3],
  i: ['f32[1,4,6,6]', -2.4, 2.4, 'whole'],
  j: ['f32[1,4,6,6]', -2.4, 2.4, 'whole'],
  c: ['f32[1,4,1,1]', -1, 1],
  p: ['f32[1,4,6,6]', 0.1, 3],
  e: ['f32[1,4,6,6]', 0.5, 2],
  u: ['f32[1,4,6,6]', -0.9, 0.9],
  a: ['f32[1,4,6,6]', 1.1, 4],
  t: ['f32[1,6,8]', -2, 2],
  r: ['f32[1,8,6]', -2, 2],
  h: ['f32[1,2,6,8]', -2, 2],
  k: ['f32[1,2,8,6]', -2, 2],
  l: ['f32[1,4,12]', -2, 2],
  v: ['f32[1,2,4,4,4]', -2, 2],
  b: ['f32[2,4,6,6]', -2, 2],
  m: ['f32[6,8]', -2, 2],
  w: ['f32[2,6,6]', -2, 2],
  g: ['f32[1,5,5,2]', -1.2, 1.2],
  n: ['f32[1,3,80,80]', -2, 2],
}

/**
 * Numbers between two ends, the same every time.
 *
 * @param {number} count
 * @param {number} low
 * @param {number} high
 * @param {number} seed
 */
export function numbers(count, low, high, seed) {
  let state = seed * 7919 + 17
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.fround(low + (state / 2 ** 32) * (high - low))
  })
}

/**
 * @param {readonly number[]} shape
 * @param {number} low
 * @param {number} high
 */
const held = (shape, low, high) => {
  const count = shape.reduce((product, each) => product * each, 1)
  return `f32[${shape.join(',')}] = [${numbers(count, low, high, count).join(', ')}]`
}

/**
 * Constants that forms are written with, as `$name`.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const constants = {
  half: 'f32[1] = [0.5]',
  less: 'f32[1] = [-0.75]',
  two: 'f32[1] = [2]',
  three: 'f32[1] = [3]',
  zero: 'f32[1] = [0]',
  channel: held([1, 4, 1, 1], -1.5, 1.5),
  scale: held([4], 0.2, 1.5),
  shift: held([4], -1, 1),
  last: held([8], 0.2, 1.5),
  lastShift: held([8], -1, 1),
  slope: held([4], 0.05, 0.6),
  whole: held([1, 4, 6, 6], -2, 2),
  join: held([1, 2, 6, 6], -2, 2),
  filter: held([4, 4, 3, 3], -1, 1),
  pairs: held([4, 2, 3, 3], -1, 1),
  each: held([4, 1, 3, 3], -1, 1),
  line: held([4, 4, 3], -1, 1),
  cube: held([3, 2, 2, 2, 2], -1, 1),
  cubeBias: held([3], -1, 1),
  matrix: held([8, 5], -1, 1),
  turned: held([5, 8], -1, 1),
  matrixBias: held([5], -1, 1),
  pick: 'f32[3] = [2, 0, 3]',
  one: 'f32[1] = [1]',
  places: `f32[1,4,2,6] = [${numbers(48, 0, 5.99, 3).map(Math.trunc).join(', ')}]`,
  tuples: 'f32[2,2] = [0, 3, 0, 1]',
  back: 'f32[3] = [-1, 0, -3]',
  placesBack: `f32[1,4,2,6] = [${numbers(48, -5.99, 5.99, 3).map(Math.trunc).join(', ')}]`,
  tuplesBack: 'f32[2,2] = [0, -1, -1, 1]',
  update: held([2, 6, 6], -2, 2),
  updates: held([1, 4, 2, 6], -2, 2),
}

const window = 'kernel_shape = [3,2], strides = [1,2], pads = [1,0,1,1]'
const plain = 'strides = [1,1], pads = [1,1,1,1]'

/** @param {string} op */
const unary = (op, operand = '@x') => /** @type {const} */ ([op, `${op}(${operand})`])

/** @param {string} op */
const pair = (op) =>
  /** @type {readonly (readonly [string, string])[]} */ ([
    [op, `${op}(@x, @y)`],
    [`${op}_channel`, `${op}(@x, @c)`],
    [`${op}_number`, `${op}(@x, $half)`],
    [`${op}_number_first`, `${op}($half, @p)`],
    [`${op}_constant`, `${op}(@x, $channel)`],
  ])

/** @param {string} op */
const reduction = (op, operand = '@x') =>
  /** @type {readonly (readonly [string, string])[]} */ ([
    [op, `${op}(${operand}) {axes = [1]}`],
    [`${op}_places`, `${op}(${operand}) {axes = [2,3], keepdims = false}`],
  ])

/** Operators that no ONNX file says by themselves: a back end makes them, or passes that look for several nodes. */
export const madeFromOthers = ['Affine', 'Attention', 'NotEqual', 'PixelNormalization', 'Rope', 'Rsqrt', 'Reverse', 'Silu', 'SwapDimInner']

/** Forms of which a ReLU leaves nothing but zeros. */
export const neverPositive = ['Sigmoid_log', 'Softmax_log']

/**
 * Forms of the float operators by name: the operator, and what it has beside what is usual.
 *
 * @type {ReadonlyMap<string, string>}
 */
export const forms = new Map(
  /** @type {readonly (readonly [string, string])[]} */ ([
    ...['Abs', 'Atan', 'Asinh', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp', 'Floor', 'HardSwish', 'Mish', 'Relu', 'Round', 'Sigmoid'].map((op) =>
      unary(op),
    ),
    ...['Sign', 'Sin', 'Sinh', 'Softplus', 'Softsign', 'Tan', 'Tanh', 'Gelu', 'Elu', 'LeakyRelu', 'HardSigmoid', 'Swish'].map((op) =>
      unary(op),
    ),
    ...['Log', 'Sqrt'].map((op) => unary(op, '@p')),
    ...['Acos', 'Asin', 'Atanh'].map((op) => unary(op, '@u')),
    unary('Acosh', '@a'),
    ['Rsqrt', 'Div($one, Sqrt(@p))'],
    ['Silu', 'Mul(@x, Sigmoid(@x))'],
    ['Reverse', 'Slice(@x) {starts = [0,0,0,5], ends = [1,4,6,-1], steps = [1,1,1,-1]}'],
    ['Relu_limit', 'Relu(@x) {reluLimit = 1}'],
    ['Clip', 'Clip(@x) {min = -1, max = 0.5}'],
    ['Clip_up', 'Clip(@x) {min = 0.25, max = Infinity}'],
    ['Elu_alpha', 'Elu(@x) {alpha = 0.5}'],
    ['LeakyRelu_alpha', 'LeakyRelu(@x) {alpha = 0.3}'],
    ['HardSigmoid_numbers', 'HardSigmoid(@x) {alpha = 0.3, beta = 0.4}'],
    ['Gelu_tanh', 'Gelu(@x) {approximate = "tanh"}'],
    ['Swish_alpha', 'Swish(@x) {alpha = 1.5}'],
    ['Sigmoid_log', 'Sigmoid(@x) {log = true}'],
    ['PRelu', 'PRelu(@x, $slope)'],
    ...['Add', 'Sub', 'Mul', 'Max', 'Min'].flatMap(pair),
    ...['Max', 'Min'].map((op) => /** @type {const} */ ([`${op}_two_scales`, `${op}(@x, Sigmoid(@x))`])),
    ['Div', 'Div(@x, @e)'],
    ['Div_number_first', 'Div($half, @e)'],
    ['Mod', 'Mod(@x, @e)'],
    ['Pow_two', 'Pow(@x, $two)'],
    ['Pow_half', 'Pow(@p, $half)'],
    ['Pow_three', 'Pow(@x, $three)'],
    ['Pow_number_first', 'Pow($half, @x)'],
    ['Pow', 'Pow(@p, @e)'],
    ['Equal', 'Equal(@i, @j)'],
    ['Equal_number', 'Equal(@i, $one)'],
    ...['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].flatMap(
      (op) =>
        /** @type {const} */ ([
          [op, `${op}(@x, @y)`],
          [`${op}_number`, `${op}(@x, $half)`],
        ]),
    ),
    ...['And', 'Or', 'Xor'].map((op) => /** @type {const} */ ([op, `${op}(Greater(@x, @y), Less(@p, @e))`])),
    ['Not', 'Not(Greater(@x, @y))'],
    ['NotEqual', 'Not(Equal(@i, @j))'],
    ['Where', 'Where(Greater(@x, @y), @p, @e)'],
    ['Where_number', 'Where(Greater(@x, @y), @p, $less)'],
    ['Where_two_numbers', 'Where(Greater(@x, @y), $half, $less)'],
    ['Cast', 'Cast(@x) {to = "i32"}'],
    ['Concat', 'Concat(@x, @y) {axis = 1}'],
    ['Concat_last', 'Concat(@x, @y) {axis = -1}'],
    ['Concat_constant', 'Concat(@x, $join) {axis = 1}'],
    ['Conv', `Conv(@x, $filter, $shift) {${plain}}`],
    ['Conv_strides', 'Conv(@x, $filter) {strides = [2,1], pads = [0,1,2,0], dilations = [1,2]}'],
    ['Conv_groups', `Conv(@x, $pairs, $shift) {${plain}, group = 2}`],
    ['Conv_depthwise', `Conv(@x, $each, $shift) {${plain}, group = 4}`],
    ['Conv_line', 'Conv(@l, $line, $shift) {strides = [1], pads = [1,1]}'],
    ['Conv_cube', 'Conv(@v, $cube, $cubeBias) {strides = [1,1,1], pads = [0,0,0,1,1,1]}'],
    ['Conv_two_samples', `Conv(@b, $filter, $shift) {${plain}}`],
    ['ConvTranspose', 'ConvTranspose(@x, $pairs) {strides = [2,2], pads = [1,1,1,1]}'],
    ['ConvTranspose_output_padding', 'ConvTranspose(@x, $filter, $shift) {strides = [2,2], pads = [1,1,1,1], output_padding = [1,1]}'],
    ['ConvTranspose_depthwise', 'ConvTranspose(@x, $each) {strides = [2,2], pads = [1,1,1,1], group = 4}'],
    ['MatMul', 'MatMul(@t, $matrix, $matrixBias)'],
    ['MatMul_computed', 'MatMul(@t, @r)'],
    ['MatMul_turned', 'MatMul(@t, $turned) {transB = true}'],
    ['MatMul_heads', 'MatMul(@h, @k)'],
    ['MaxPool', `MaxPool(@x) {${window}}`],
    ['MaxPool_line', 'MaxPool(@l) {kernel_shape = [2], strides = [2], pads = [0,0]}'],
    ['MaxPool_cube', 'MaxPool(@v) {kernel_shape = [2,2,2], strides = [2,2,2], pads = [0,0,0,0,0,0]}'],
    ['AveragePool', `AveragePool(@x) {${window}}`],
    ['AveragePool_counted', `AveragePool(@x) {${window}, count_include_pad = true}`],
    ['AveragePool_cube', 'AveragePool(@v) {kernel_shape = [2,2,2], strides = [2,2,2], pads = [0,0,0,0,0,0]}'],
    ['AveragePool_whole', 'AveragePool(@x) {kernel_shape = [6,6], strides = [1,1], pads = [0,0,0,0]}'],
    ['LayerNormalization', 'LayerNormalization(@t, $last, $lastShift)'],
    ['LayerNormalization_two_axes', 'LayerNormalization(@x) {axis = 2}'],
    ['RMSNormalization', 'RMSNormalization(@t, $last)'],
    ['GroupNormalization', 'GroupNormalization(@x, $scale, $shift) {num_groups = 2}'],
    ['InstanceNormalization', 'InstanceNormalization(@x, $scale, $shift)'],
    ['LRN', 'LRN(@x) {size = 3}'],
    ['Softmax', 'Softmax(@t)'],
    ['Softmax_channels', 'Softmax(@x) {axis = 1}'],
    ['Softmax_log', 'Softmax(@t) {log = true}'],
    ...['ReduceL1', 'ReduceL2', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceSum'].flatMap((op) => reduction(op)),
    ...reduction('ReduceProd', '@u'),
    ['ArgMax', 'ArgMax(@x) {axis = 1}'],
    ['ArgMin', 'ArgMin(@x) {axis = 3, keepdims = false}'],
    ['TopK', 'TopK(@t) {axis = -1, k = 3}'],
    ['CumSum', 'CumSum(@x) {axis = 2}'],
    ['Gather', 'Gather(@x, $pick) {axis = 1}'],
    ['Gather_one', 'Gather(@x, $two) {axis = 2}'],
    ['GatherElements', 'GatherElements(@x, $places) {axis = 2}'],
    ['GatherND', 'GatherND(@x, $tuples)'],
    ['Gather_negative', 'Gather(@x, $back) {axis = 1}'],
    ['GatherElements_negative', 'GatherElements(@x, $placesBack) {axis = 2}'],
    ['GatherND_negative', 'GatherND(@x, $tuplesBack)'],
    ['ScatterND', 'ScatterND(@x, $tuples, $update)'],
    ['ScatterND_negative', 'ScatterND(@x, $tuplesBack, $update)'],
    ['ScatterND_computed', 'ScatterND(@x, $tuples, @w)'],
    ['ScatterElements_negative', 'ScatterElements(@x, $placesBack, $updates) {axis = 2}'],
    ['ScatterElements', 'ScatterElements(@x, $places, $updates) {axis = 2}'],
    ['GridSample', 'GridSample(@x, @g)'],
    ['Reshape', 'Reshape(@x) {shape = [1,8,18]}'],
    ['Squeeze', 'Squeeze(@c) {axes = [2,3]}'],
    ['Unsqueeze', 'Unsqueeze(@t) {axes = [1]}'],
    ['Transpose', 'Transpose(@x) {perm = [0,2,3,1]}'],
    ['Transpose_three', 'Transpose(@t) {perm = [2,0,1]}'],
    ['Slice', 'Slice(@x) {starts = [0,1,0,1], ends = [1,4,6,6], steps = [1,1,2,1]}'],
    ['Tile', 'Tile(@x) {repeats = [1,2,1,3]}'],
    ['Tile_every_axis', 'Tile(@t) {repeats = [3,2,2]}'],
    ['Tile_once', 'Tile(@v) {repeats = [1,1,1,2,1]}'],
    ['Pad', 'Pad(@x) {pads = [0,0,1,2,0,0,2,1]}'],
    ['Pad_value', 'Pad(@x) {pads = [0,0,1,2,0,0,2,1], value = 0.7}'],
    ['Pad_value_beyond', 'Pad(@u) {pads = [0,0,1,2,0,0,2,1], value = 7}'],
    ['Pad_reflect', 'Pad(@x) {pads = [0,0,1,2,0,0,2,1], mode = "reflect"}'],
    ['Pad_edge', 'Pad(@x) {pads = [0,0,1,2,0,0,2,1], mode = "edge"}'],
    ['Pad_wide', 'Pad(@n) {pads = [0,0,16,16,0,0,16,16]}'],
    ['Pad_wider', 'Pad(@n) {pads = [0,0,20,20,0,0,20,20]}'],
    ['Pad_edge_wide', 'Pad(@n) {pads = [0,0,16,20,0,0,20,16], mode = "edge"}'],
    ['Pad_reflect_wide', 'Pad(@n) {pads = [0,0,16,20,0,0,20,16], mode = "reflect"}'],
    ...[20, 40, 70].flatMap((size) =>
      ['MaxPool', 'AveragePool'].map(
        (op) =>
          /** @type {const} */ ([`${op}_${size}`, `${op}(@n) {kernel_shape = [${size},${size}], strides = [10,10], pads = [0,0,0,0]}`]),
      ),
    ),
    [
      'Resize_nearest',
      'Resize(@x) {mode = "nearest", coordinate_transformation_mode = "asymmetric", scale_h = 1.5, scale_w = 1.5, sizes = [9,9]}',
    ],
    ['Upsample', 'Upsample(@x) {scale_h = 2, scale_w = 2}'],
    ['Upsample_unequal', 'Upsample(@x) {scale_h = 2, scale_w = 3}'],
    ['Resize_linear', 'Resize(@x) {mode = "linear", scale_h = 2, scale_w = 2, sizes = [12,12]}'],
    [
      'Resize_corners',
      'Resize(@x) {mode = "linear", coordinate_transformation_mode = "align_corners", scale_h = 2, scale_w = 2, sizes = [12,12]}',
    ],
    ['Resize_less', 'Resize(@x) {mode = "linear", scale_h = 0.5, scale_w = 0.5, sizes = [3,3]}'],
    ['DepthToSpace', 'DepthToSpace(@x) {block_h = 2, block_w = 2}'],
    ['DepthToSpace_CRD', 'DepthToSpace(@x) {block_h = 2, block_w = 2, mode = "CRD"}'],
    ['SpaceToDepth', 'DepthToSpace(@x) {block_h = 2, block_w = 2, inverse = true}'],
    ['ShuffleChannel', 'ShuffleChannel(@x) {group = 2}'],
  ]),
)
