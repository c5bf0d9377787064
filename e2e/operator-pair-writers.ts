import type { Roll } from './random-source.ts'

type Writer = (x: string, roll: Roll) => string

const pick = <T>(roll: Roll, items: readonly T[]): T => items[Math.floor(roll() * items.length)]!
const whole = (roll: Roll, most: number): number => Math.floor(roll() * (most + 1))
const numbers = (roll: Roll, count: number, most: number): string => Array.from({ length: count }, () => whole(roll, most)).join(',')

const call =
  (op: string, ...more: readonly string[]): Writer =>
  (x) =>
    `${op}(${[x, ...more].join(', ')})`
const window: (op: string, side: number, more?: string) => Writer = (op, side, more) => (x, roll) =>
  `${op}(${x}) {kernel_shape = [${side},${side}], strides = [${1 + whole(roll, 1)},1], pads = [${side === 1 ? '0,0,0,0' : numbers(roll, 4, 1)}]${more ?? ''}}`
const clip: (min: string, max: string) => Writer = (min, max) => (x) => `Clip(${x}) {min = ${min}, max = ${max}}`
const border: (mode: string, value?: number) => Writer =
  (mode, value = 0) =>
  (x, roll) =>
    `Pad(${x}) {pads = [0,${whole(roll, 1)},${numbers(roll, 2, 1)},0,0,${numbers(roll, 2, 1)}], mode = "${mode}", value = ${value}}`
const reduce: (op: string) => Writer = (op) => (x, roll) => `${op}(${x}) {axes = [${pick(roll, ['1', '3', '2,3'])}]}`

/**
 * How operators are written, continuous ones, with random attributes: what a runtime puts together, moves past each other or leaves out, and what may stand beside that.
 * Other operands are the constants `w`, `b`, `k`, `m` and `h`.
 */
export const writers: Readonly<Record<string, Writer>> = {
  relu: call('Relu'),
  relu6: (x) => `Relu(${x}) {reluLimit = 1}`,
  clip: clip('-1', '0.5'),
  clipUp: clip('0.25', 'Infinity'),
  clipDown: clip('-Infinity', '-0.25'),
  clipCrossed: clip('0.5', '-0.5'),
  border: border('constant'),
  borderOfZeros: (x) => `Pad(${x}) {pads = [0,0,1,1,0,0,1,1]}`,
  borderOfNumbers: border('constant', 0.7),
  borderCut: (x) => `Pad(${x}) {pads = [0,0,1,0,0,0,-1,1]}`,
  edge: border('edge'),
  maxPool: window('MaxPool', 2),
  everySecond: window('MaxPool', 1),
  averagePool: window('AveragePool', 2),
  averageCounted: window('AveragePool', 2, ', count_include_pad = true'),
  conv: (x, roll) => `Conv(${x}, w, b) {strides = [${1 + whole(roll, 1)},1], pads = [${numbers(roll, 4, 1)}], relu = ${roll() < 0.5}}`,
  depthwise: (x, roll) => `Conv(${x}, k) {strides = [1,1], pads = [${numbers(roll, 4, 1)}], group = 4}`,
  convTranspose: (x) => `ConvTranspose(${x}, w) {strides = [1,1], pads = [1,0,0,1]}`,
  matMul: call('MatMul', 'm'),
  transpose: (x, roll) => `Transpose(${x}) {perm = [${pick(roll, ['0,1,3,2', '0,2,3,1', '0,3,1,2'])}]}`,
  reshape: (x) => `Reshape(${x}) {shape = [1,4,2,8]}`,
  slice: (x, roll) => `Slice(${x}) {starts = [0,0,${whole(roll, 1)},0], ends = [1,2,2,2], steps = [1,1,1,1]}`,
  reverse: (x) => `Reverse(${x}) {axis = 3}`,
  tile: (x) => `Tile(${x}) {repeats = [1,1,2,1]}`,
  concat: (x) => `Concat(${x}, ${x}) {axis = 1}`,
  upsample: (x) => `Upsample(${x}) {scale_h = 2, scale_w = 2}`,
  twice: (x) => `Add(${x}, ${x})`,
  nothing: (x) => `Sub(${x}, ${x})`,
  times: call('Mul', 'h'),
  over: call('Div', 'h'),
  plus: (x) => `Add(h, ${x})`,
  minus: (x) => `Sub(h, ${x})`,
  plusChannel: call('Add', 'm'),
  larger: call('Max', 'h'),
  smaller: (x) => `Min(h, ${x})`,
  sigmoid: call('Sigmoid'),
  logSigmoid: (x) => `Sigmoid(${x}) {log = true}`,
  tanh: call('Tanh'),
  gelu: call('Gelu'),
  silu: call('Silu'),
  leaky: (x) => `LeakyRelu(${x}) {alpha = 0.3}`,
  hardSigmoid: call('HardSigmoid'),
  hardSwish: call('HardSwish'),
  elu: (x) => `Elu(${x}) {alpha = 0.5}`,
  softplus: call('Softplus'),
  absolute: call('Abs'),
  softmax: (x, roll) => `Softmax(${x}) {axis = ${1 + whole(roll, 2)}}`,
  layerNormalization: (x) => `LayerNormalization(${x}) {axis = 3, epsilon = 0.01}`,
  mean: reduce('ReduceMean'),
  sum: reduce('ReduceSum'),
  largest: reduce('ReduceMax'),
  length: reduce('ReduceL2'),
  cumSum: (x) => `CumSum(${x}) {axis = 2}`,
}
