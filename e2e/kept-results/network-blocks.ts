import type { OpForm } from '@q/ir'

/** The shape of what connects blocks. */
export const image = [1, 4, 6, 6]

/** Where a block stands, and its dice. */
export interface BlockPlace {
  /** Images it reads; the second may be the first. */
  readonly x: string
  readonly other: string
  /** The image it makes; names of all else it makes begin with it. */
  readonly y: string
  roll(): number
}

/** A few lines of the text form that make an image from images, around operators of one form. */
export type Block = (place: BlockPlace) => string

const product = (shape: readonly number[]): number => shape.reduce((all, d) => all * d, 1)

/** A constant with random elements from -1 to 1. */
function constant(name: string, shape: readonly number[], roll: () => number): string {
  return `${name}: f32[${shape}] = [${Array.from({ length: product(shape) }, () => (2 * roll() - 1).toFixed(3)).join(', ')}]`
}

const chance = (roll: () => number, share: number): boolean => roll() < share
const relu = (roll: () => number): string => (chance(roll, 0.3) ? ', relu = true' : '')

const unary =
  (op: string, attrs = ''): Block =>
  ({ x, y }) =>
    `${y} = ${op}(${x}) ${attrs}`

const binary =
  (op: string, fuses = false): Block =>
  ({ x, other, y, roll }) => {
    const attrs = fuses && chance(roll, 0.2) ? '{relu = true}' : ''
    return chance(roll, 0.25)
      ? `${constant(`${y}c`, [1, 4, 1, 1], roll)}; ${y} = ${op}(${x}, ${y}c) ${attrs}`
      : `${y} = ${op}(${x}, ${other}) ${attrs}`
  }

/** An operator with a number. */
const withNumber =
  (op: string): Block =>
  ({ x, y, roll }) =>
    `${constant(`${y}c`, [1], roll)}; ${y} = ${op}(${chance(roll, 0.7) ? `${x}, ${y}c` : `${y}c, ${x}`})`

/** A condition, and the selection that uses it. */
const selecting =
  (condition: (y: string, x: string, other: string) => string): Block =>
  ({ x, other, y, roll }) => {
    const branch = chance(roll, 0.3) ? `${y}n` : other
    return `${constant(`${y}n`, [1], roll)}; ${condition(`${y}q`, x, other)}; ${y} = Where(${y}q, ${x}, ${branch})`
  }

const comparison = (op: string): Block => selecting((q, x, other) => `${q} = ${op}(${x}, ${other})`)
const comparisonWithNumber =
  (op: string): Block =>
  ({ x, other, y, roll }) =>
    `${constant(`${y}n`, [1], roll)}; ${y}q = ${op}(${x}, ${y}n); ${y} = Where(${y}q, ${x}, ${other})`
const junction = (op: string): Block =>
  selecting((q, x, other) => `${q}a = Greater(${x}, ${other}); ${q}b = Less(${other}, ${x}); ${q} = ${op}(${q}a, ${q}b)`)

/** An operator that makes another shape, and the way back. */
const thereAndBack =
  (there: string, back: string): Block =>
  ({ x, y }) =>
    `${y}t = ${there.replace('()', `(${x})`)}; ${y} = ${back.replace('()', `(${y}t)`)}`

const reduction =
  (op: string): Block =>
  ({ x, other, y }) =>
    `${y}m = ${op}(${x}) {axes = [3], keepdims = true}; ${y} = Add(${other}, ${y}m)`

const normalization =
  (op: string, shape: readonly number[], attrs = '', count = 2): Block =>
  ({ x, y, roll }) => {
    const names = Array.from({ length: count }, (_, i) => `${y}${'gh'[i]}`)
    return [...names.map((name) => constant(name, shape, roll)), `${y} = ${op}(${[x, ...names].join(', ')}) ${attrs}`].join('; ')
  }

const pool = '{kernel_shape = [3, 3], strides = [1, 1], pads = [1, 1, 1, 1]}'
const whole = 'starts = [0, 0, 0, 0], ends = [1, 4, 6, 6], steps = [1, 1, 1, 1]'

/** Attention with its projections in parts, as a rewrite finds them; the image as four tokens of 36 numbers. */
function attention({ x, y, roll }: BlockPlace): string {
  const part = (p: string, turn: string): string =>
    `${constant(`${y}w${p}`, [36, 36], roll)}; ${y}${p} = MatMul(${y}i, ${y}w${p}); ${y}${p}4 = Reshape(${y}${p}) {shape = [1, 4, 2, 18]}; ${y}${p}t = Transpose(${y}${p}4) {perm = [${turn}]}`
  return [
    `${y}i = Reshape(${x}) {shape = [1, 4, 36]}`,
    part('q', '0, 2, 1, 3'),
    part('k', '0, 2, 3, 1'),
    part('v', '0, 2, 1, 3'),
    `${y}s = MatMul(${y}qt, ${y}kt); ${y}c: f32[1] = [0.25]; ${y}d = Mul(${y}s, ${y}c)`,
    `${y}p = Softmax(${y}d) {axis = 3}; ${y}o = MatMul(${y}p, ${y}vt)`,
    `${y}ot = Transpose(${y}o) {perm = [0, 2, 1, 3]}; ${y}of = Reshape(${y}ot) {shape = [1, 4, 36]}`,
    `${constant(`${y}wo`, [36, 36], roll)}; ${y}r = MatMul(${y}of, ${y}wo); ${y} = Reshape(${y}r) {shape = [1, 4, 6, 6]}`,
  ].join('; ')
}

/** A product whose columns are cut apart, as a rewrite finds it. */
const cutProduct: Block = ({ x, y, roll }) =>
  [
    constant(`${y}w`, [6, 12], roll),
    `${y}p = MatMul(${x}, ${y}w)`,
    `${y}a = Slice(${y}p) {starts = [0, 0, 0, 0], ends = [1, 4, 6, 6], steps = [1, 1, 1, 1]}`,
    `${y}b = Slice(${y}p) {starts = [0, 0, 0, 6], ends = [1, 4, 6, 12], steps = [1, 1, 1, 1]}`,
    `${y} = Mul(${y}a, ${y}b)`,
  ].join('; ')

const rotation: Block = ({ x, y }) =>
  `${y}i = Relu(${x}); ${y}a = Slice(${y}i) {starts = [0, 0, 2, 0], ends = [1, 4, 6, 6], steps = [1, 1, 1, 1]}; ${y}b = Slice(${y}i) {starts = [0, 0, 0, 0], ends = [1, 4, 2, 6], steps = [1, 1, 1, 1]}; ${y} = Concat(${y}a, ${y}b) {axis = 2}`

/** Three pools in a row that all feed one Concat, and a convolution behind an activation that a Reshape ends. */
const pyramid: Block = ({ x, y, roll }) =>
  [
    `${y}a = MaxPool(${x}) ${pool}; ${y}b = MaxPool(${y}a) ${pool}; ${y}d = MaxPool(${y}b) ${pool}; ${y}e = Concat(${x}, ${y}a, ${y}b, ${y}d) {axis = 1}`,
    `${constant(`${y}w`, [4, 16, 1, 1], roll)}; ${y}f = Silu(${y}e); ${y}h = Conv(${y}f, ${y}w) {strides = [1, 1], pads = [0, 0, 0, 0]}`,
    `${y}r = Reshape(${y}h) {shape = [1, 4, 36]}; ${y} = Reshape(${y}r) {shape = [1, 4, 6, 6]}`,
  ].join('; ')

const patches: Block = ({ x, y, roll }) =>
  [
    `${y}s = Slice(${x}) {starts = [0, 0, 0, 0], ends = [1, 1, 6, 6], steps = [1, 1, 1, 1]}; ${y}u = Upsample(${y}s) {scale_h = 7, scale_w = 7}`,
    constant(`${y}w`, [16, 1, 14, 14], roll),
    `${y}v = Conv(${y}u, ${y}w) {strides = [14, 14], pads = [0, 0, 0, 0]${relu(roll)}}; ${y}r = Reshape(${y}v) {shape = [1, 4, 6, 6]}; ${y} = Add(${x}, ${y}r)`,
  ].join('; ')

/** Forms that need more than an operand, or attributes. A form that is not here takes one image and has no attribute that must be given. */
export const blocks: Partial<Record<OpForm, Block>> = {
  Conv: ({ x, y, roll }) =>
    `${constant(`${y}w`, [4, 4, 3, 3], roll)}; ${constant(`${y}b`, [4], roll)}; ${y} = Conv(${x}, ${y}w, ${y}b) {strides = [1, 1], pads = [1, 1, 1, 1]${relu(roll)}}`,
  ConvTranspose: ({ x, y, roll }) =>
    `${constant(`${y}w`, [4, 4, 3, 3], roll)}; ${y} = ConvTranspose(${x}, ${y}w) {strides = [1, 1], pads = [1, 1, 1, 1]${relu(roll)}}`,
  MatMul: ({ x, other, y, roll }) =>
    chance(roll, 0.3)
      ? `${y}t = Transpose(${other}) {perm = [0, 1, 3, 2]}; ${y} = MatMul(${x}, ${y}t)`
      : chance(roll, 0.5)
        ? `${constant(`${y}w`, [6, 6], roll)}; ${y} = MatMul(${x}, ${y}w)`
        : `${y} = MatMul(${x}, ${other})`,
  ...Object.fromEntries(['Add', 'Mul', 'Sub', 'Max', 'Min'].map((op) => [op, binary(op, op === 'Add')])),
  ...Object.fromEntries(['Div', 'Pow', 'Mod'].map((op) => [op, binary(op)])),
  ...Object.fromEntries(['Add', 'Mul', 'Sub', 'Div', 'Max', 'Min', 'Pow'].map((op) => [`${op}#constant`, withNumber(op)])),
  ...Object.fromEntries(['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((op) => [op, comparison(op)])),
  ...Object.fromEntries(
    ['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((op) => [`${op}#constant`, comparisonWithNumber(op)]),
  ),
  ...Object.fromEntries(['And', 'Or', 'Xor'].map((op) => [op, junction(op)])),
  Not: selecting((q, x, other) => `${q}a = Greater(${x}, ${other}); ${q} = Not(${q}a)`),
  Where: selecting((q, x, other) => `${q} = Less(${x}, ${other})`),
  ...Object.fromEntries(
    ['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2'].map((op) => [op, reduction(op)]),
  ),
  MaxPool: unary('MaxPool', pool),
  AveragePool: unary('AveragePool', pool),
  Reshape: thereAndBack('Reshape() {shape = [1, 6, 4, 6]}', 'Reshape() {shape = [1, 4, 6, 6]}'),
  Squeeze: thereAndBack('Squeeze() {axes = [0]}', 'Unsqueeze() {axes = [0]}'),
  Unsqueeze: thereAndBack('Unsqueeze() {axes = [0]}', 'Squeeze() {axes = [0]}'),
  Transpose: unary('Transpose', '{perm = [0, 1, 3, 2]}'),
  Tile: thereAndBack('Tile() {repeats = [1, 2, 1, 1]}', `Slice() {${whole}}`),
  Pad: thereAndBack('Pad() {pads = [0, 0, 1, 1, 0, 0, 1, 1], value = 0.5}', `Slice() {${whole}}`),
  Upsample: thereAndBack(
    'Upsample() {scale_h = 2, scale_w = 2}',
    'MaxPool() {kernel_shape = [2, 2], strides = [2, 2], pads = [0, 0, 0, 0]}',
  ),
  Resize: thereAndBack('Resize() {mode = "linear", scale_h = 1.5, scale_w = 1.5, sizes = [9, 9]}', `Slice() {${whole}}`),
  DepthToSpace: thereAndBack('DepthToSpace() {block_h = 2, block_w = 2}', 'DepthToSpace() {block_h = 2, block_w = 2, inverse = true}'),
  Slice: ({ x, y }) =>
    `${y}k = Slice(${x}) {starts = [0, 0, 0, 0], ends = [1, 2, 6, 6], steps = [1, 1, 1, 1]}; ${y} = Concat(${y}k, ${y}k) {axis = 1}`,
  Concat: ({ x, other, y, roll }) =>
    `${y}k = Concat(${x}, ${other}) {axis = 1${relu(roll)}}; ${y} = Slice(${y}k) {starts = [0, 2, 0, 0], ends = [1, 6, 6, 6], steps = [1, 1, 1, 1]}`,
  Rope: ({ x, y, roll }) => `${constant(`${y}s`, [6, 6], roll)}; ${constant(`${y}c`, [6, 6], roll)}; ${y} = Rope(${x}, ${y}s, ${y}c)`,
  Softmax: ({ x, y, roll }) => `${y} = Softmax(${x}) {axis = ${chance(roll, 0.5) ? 1 : 3}}`,
  Clip: unary('Clip', '{min = -0.5, max = 1.5}'),
  LRN: unary('LRN', '{size = 3}'),
  Reverse: unary('Reverse', '{axis = 2}'),
  CumSum: unary('CumSum', '{axis = 2}'),
  ShuffleChannel: unary('ShuffleChannel', '{group = 2}'),
  SwapDimInner: unary('SwapDimInner', '{offsets = [0, 0, 3, 0]}'),
  Cast: ({ x, y, roll }) => `${y}: f32[1,4,6,6] = Cast(${x}) {to = "${chance(roll, 0.5) ? 'f32' : 'f16'}"}`,
  PRelu: normalization('PRelu', [1, 4, 1, 1], '', 1),
  Affine: normalization('Affine', [4]),
  LayerNormalization: normalization('LayerNormalization', [6]),
  RMSNormalization: normalization('RMSNormalization', [6], '', 1),
  GroupNormalization: normalization('GroupNormalization', [1, 4, 1, 1], '{num_groups = 2}'),
  InstanceNormalization: normalization('InstanceNormalization', [1, 4, 1, 1]),
  PixelNormalization: normalization('PixelNormalization', [1, 4, 1, 1]),
  Gather: ({ x, y }) => `${y}i: f32[6] = [5, 4, 3, 2, 1, 0]; ${y} = Gather(${x}, ${y}i) {axis = 2}`,
  GatherElements: ({ x, y }) => `${y}i: f32[1,4,6,6] = 2; ${y} = GatherElements(${x}, ${y}i) {axis = 2}`,
  ScatterElements: ({ x, y, roll }) =>
    `${y}i: f32[1,4,1,6] = 2; ${constant(`${y}u`, [1, 4, 1, 6], roll)}; ${y} = ScatterElements(${x}, ${y}i, ${y}u) {axis = 2}`,
  ScatterND: ({ x, other, y }) => `${y}i: f32[1,1] = [0]; ${y} = ScatterND(${x}, ${y}i, ${other})`,
  GatherND: ({ x, y }) => `${y}i: f32[1,1] = [0]; ${y} = GatherND(${x}, ${y}i)`,
  ArgMax: ({ x, other, y }) => `${y}g, ${y}v = ArgMax(${x}) {axis = 1}; ${y} = Add(${other}, ${y}v)`,
  ArgMin: ({ x, other, y }) => `${y}g, ${y}v = ArgMin(${x}) {axis = 1}; ${y} = Mul(${other}, ${y}v)`,
  TopK: ({ x, y }) => `${y}k, ${y}g = TopK(${x}) {axis = 1, k = 2}; ${y} = Concat(${y}k, ${y}k) {axis = 1}`,
  Attention: attention,
}

/** What the rewrites, the facts and the simplifications of a chip look for. */
export const patterns: readonly Block[] = [
  cutProduct,
  rotation,
  pyramid,
  patches,
  ({ x, other, y }) => `${y}r = Sqrt(${other}); ${y} = Div(${x}, ${y}r)`,
  ({ x, y }) => `${y}c: f32[1] = [1.702]; ${y}m = Mul(${x}, ${y}c); ${y}s = Sigmoid(${y}m); ${y} = Mul(${x}, ${y}s)`,
  ({ x, y }) => `${y}c: f32[1] = [1e-9]; ${y}m = Add(${x}, ${y}c); ${y} = Sqrt(${y}m)`,
  (place) => `${blocks.Conv!({ ...place, y: `${place.y}x` })}; ${blocks.Affine!({ ...place, x: `${place.y}x` })}`,
  ({ x, y, roll }) =>
    `${constant(`${y}w`, [6, 6], roll)}; ${constant(`${y}b`, [6], roll)}; ${y}m = MatMul(${x}, ${y}w); ${y} = Add(${y}m, ${y}b)`,
  ({ x, other, y }) => `${y}a = Sigmoid(${x}); ${y}b = Relu(${other}); ${y} = Mul(${y}a, ${y}b)`,
  ({ x, other, y }) => `${y}a = Mul(${x}, ${other}); ${y}b = Mul(${other}, ${x}); ${y} = Add(${y}a, ${y}b)`,
]
