import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseGraph } from '@q/ir'
import { encodeNpz } from '@q/npz'
import { exportOnnx } from '@q/onnx'

/** @import { Tensor } from '@q/ir' */

/**
 * Small networks of single operators, each branch with inputs of its own, and ranges by which their codes meet what calibrated ones seldom
 * do: operands of other scales than the result's, numbers half way between two codes, ReLUs in ranges that go beyond them.
 */

const image = 'f32[1,4,6,6]'
const border = 'pads = [0, 0, 1, 1, 0, 0, 1, 1]'
const same = 'strides = [1, 1], pads = [0, 0, 0, 0]'
/** Powers of two as scales: 127 codes of a sixteenth, and of a 128th, so that odd sums are half way between two codes. */
const [sixteenths, halves] = [127 / 16, 127 / 128]

/**
 * Whole numbers between two ends, the same every time.
 *
 * @param {number} count
 * @param {number} low
 * @param {number} high
 * @param {number} seed
 */
function wholes(count, low, high, seed) {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return low + Math.floor((state / 2 ** 32) * (high - low + 1))
  })
}

/** @param {readonly number[]} list */
const inSteps = (list) => `[${list.map((each) => each / 16).join(', ')}]`

const deconvolution = wholes(72, -3, 3, 5).map((each, i) => (i === 0 ? 127 : i % 9 === 0 ? 0 : each))
const filters = inSteps(wholes(16, -16, 16, 7))
const otherFilters = inSteps(wholes(16, -16, 16, 11))

const branches = `
half: f32[1] = [0.5]
m0: ${image}; m1 = Mul(m0, half); m2 = Relu(m1)
n0: ${image}; n1 = Min(n0, half); n2 = Relu(n1)
r0: ${image}; r1 = Slice(r0) {starts = [0, 0, 0, 0], ends = [1, 4, 2, 6], steps = [1, 1, 1, 1]}
r2 = Slice(r0) {starts = [0, 0, 2, 0], ends = [1, 4, 6, 6], steps = [1, 1, 1, 1]}; r3 = Concat(r2, r1) {axis = 2}
d0: ${image}; d1 = Transpose(d0) {perm = [0, 1, 3, 2]}; d2 = DepthToSpace(d1) {block_h = 2, block_w = 2}; d3 = Abs(d1)
a0: ${image}; b0: ${image}; a1 = Max(a0, b0); a2 = Abs(a0)
t0: ${image}; tw: f32[4,2,3,3] = ${inSteps(deconvolution)}; t1 = ConvTranspose(t0, tw) {strides = [2, 2], pads = [1, 1, 1, 1]}
p0: ${image}; p1 = Pad(p0) {${border}, value = 0.7}; p2 = Pad(p0) {${border}, value = 7}; p3 = Pad(p0) {${border}, mode = "reflect"}
l0: ${image}; lw: f32[4,4,1,1] = ${filters}; l1 = Conv(l0, lw) {${same}}; l2 = Relu(l1) {reluLimit = 2}; l3 = Abs(l1)
j0: ${image}; j1 = Conv(j0, lw) {${same}}; j2 = Relu(j1) {reluLimit = 2}
kw: f32[4,4,1,1] = ${otherFilters}; k1 = Conv(j0, kw) {${same}}; k2 = Relu(k1); j3 = Concat(j2, k2) {axis = 1}
u0: ${image}; u1 = Upsample(u0) {scale_h = 2, scale_w = 2}; u2 = Relu(u1)
`

/** @type {Readonly<Record<string, readonly [min: number, max: number]>>} */
const ranges = {
  ...Object.fromEntries([...'mnrdapljuk'].flatMap((branch) => [0, 1, 2, 3].map((i) => [`${branch}${i}`, [-4, 4]]))),
  m2: [0, 2],
  n1: [-4, 0.5],
  n2: [0, 0.5],
  r3: [-3, 3],
  d2: [-3, 3],
  d3: [0, 4],
  b0: [-8, 8],
  a1: [-8, 8],
  a2: [0, 4],
  t0: [-sixteenths, sixteenths],
  t1: [-halves, halves],
  p2: [-4, 7],
  l1: [-9, 9],
  l2: [0, 2],
  l3: [0, 9],
  j2: [0, 2],
  k2: [0, 9],
  j3: [0, 9],
}

/** Compared with a constant tensor: the family's own lowering leaves it in float, and its compiler ends. */
const constants = `
x: ${image}; c: f32[1,4,1,6] = ${inSteps(wholes(24, -100, 100, 13))}
y = Max(x, c); z = Min(c, x)
`

/** Operands whose codes are of another scale than the result's, borders of averages, and truth values as factors. */
const others = `
q0: ${image}; qs: f32[4,1,1] = [0.25, -0.5, 0.1, 1.5]; q1 = PRelu(q0, qs); q2 = Abs(q0)
v0: ${image}; v1 = LeakyRelu(v0) {alpha = 0.1}; v2 = Abs(v0)
g0: ${image}; g1 = AveragePool(g0) {kernel_shape = [3, 2], strides = [1, 2], pads = [0, 0, 0, 0]}
g2 = AveragePool(g0) {kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1], count_include_pad = true}
g3 = AveragePool(g0) {kernel_shape = [3, 3], strides = [2, 2], pads = [0, 0, 1, 1], count_include_pad = true}
w0: ${image}; x0: ${image}; w1 = Greater(w0, x0); w2 = Mul(w1, w0)
y0: ${image}; z0: ${image}; y1 = Greater(y0, z0); y2 = Mul(y1, y0); z1 = Abs(y0); z2 = Abs(z0)
`

/** Truth values that are moved: the vendor's own lowering reads their codes, 0 and 1, on the scale of a range. */
const truths = `
q0: ${image}; qs: f32[4,1,1] = [0.25, -0.5, 0.1, 1.5]; q1 = PRelu(q0, qs)
c0: ${image}; e0: ${image}; c1 = Less(c0, e0); c2 = Transpose(c1) {perm = [0, 1, 3, 2]}
w0: ${image}; x0: ${image}; w1 = Greater(w0, x0); w2 = Mul(w1, w0); w3 = Relu(w1)
y0: ${image}; z0: ${image}; y1 = Greater(y0, z0); y2 = Mul(y1, y0); y3 = Transpose(y1) {perm = [0, 1, 3, 2]}; z1 = Abs(y0); z2 = Abs(z0)
`

/** @type {Readonly<Record<string, readonly [min: number, max: number]>>} */
const truthRanges = {
  ...Object.fromEntries(['q0', 'q1', 'c0', 'e0', 'w0', 'x0', 'w2', 'y0', 'y2', 'z0'].map((name) => [name, [-4, 4]])),
  ...Object.fromEntries(['c1', 'c2', 'w1', 'w3', 'y1', 'y3'].map((name) => [name, [0, 1]])),
  z1: [0, 4],
  z2: [0, 4],
}

/** @type {Readonly<Record<string, readonly [min: number, max: number]>>} */
const otherRanges = {
  ...Object.fromEntries([...'qvgwxyz'].flatMap((branch) => [0, 1, 2, 3].map((i) => [`${branch}${i}`, [-4, 4]]))),
  q1: [-3, 3],
  q2: [0, 4],
  v1: [-3, 3],
  v2: [0, 4],
  g2: [-2, 2],
  g3: [-2, 2],
  w1: [0, 1],
  z0: [-8, 8],
  y1: [0, 1],
  z1: [0, 4],
  z2: [0, 8],
}

/** The networks by name: the text of the graph, its ranges, whether the vendor's compiler ends on its own lowering, and whether that lowering is wrong. */
export const operatorNetworks = {
  operators: { text: branches, ranges, isRefused: false, isWrong: false },
  other_scales: { text: others, ranges: otherRanges, isRefused: false, isWrong: false },
  moved_truths: { text: truths, ranges: truthRanges, isRefused: false, isWrong: true },
  constant_tensors: { text: constants, ranges: { x: [-4, 4], y: [-4, 4], z: [-3, 3] }, isRefused: true, isWrong: false },
}

/**
 * Writes a network and one sample for it.
 *
 * @param {keyof typeof operatorNetworks} name
 * @param {string} folder
 * @returns {{ onnx: string, input: string }} the paths
 */
export function writeOperatorNetwork(name, folder) {
  mkdirSync(folder, { recursive: true })
  const graph = parseGraph(operatorNetworks[name].text)
  const named = { ...graph, name, properties: { stage: 'float' } }
  const samples = graph.inputs.map(({ name: input }, i) => /** @type {[string, Tensor]} */ ([input, sampleOf(input, i)]))
  const paths = { onnx: join(folder, `${name}.onnx`), input: join(folder, `${name}.npz`) }
  writeFileSync(paths.onnx, exportOnnx(named))
  writeFileSync(paths.input, encodeNpz(new Map(samples)))
  return paths
}

/**
 * @param {string} input
 * @param {number} seed
 * @returns {Tensor}
 */
function sampleOf(input, seed) {
  const [reach, step] = input === 't0' ? [6, 16] : input === 'b0' ? [8000, 1000] : [4000, 1000]
  return { dtype: 'f32', shape: [1, 4, 6, 6], data: Float32Array.from(wholes(144, -reach, reach, 17 + seed), (each) => each / step) }
}
