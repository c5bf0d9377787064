import { parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { countFlops } from './flops.ts'

// Counted by hand with the rules of TPU-MLIR 1.30.2: a multiplication and an addition are two, a bias and a ReLU one for each result.
describe('operations of a float graph', () => {
  it.each([
    // 8 * 3 * 3 results of 2 * 4 * 3 * 3 operations each, with and without bias and ReLU.
    ['x: f32[1,4,3,3]; w: f32[8,4,3,3] = 0; y = Conv(x, w) {strides = [1,1], pads = [1,1,1,1]}', 72 * 72],
    ['x: f32[1,4,3,3]; w: f32[8,4,3,3] = 0; b: f32[8] = 0; y = Conv(x, w, b) {strides = [1,1], pads = [1,1,1,1]}', 72 * 73],
    ['x: f32[1,4,3,3]; w: f32[8,4,3,3] = 0; y = Conv(x, w) {strides = [1,1], pads = [1,1,1,1], relu = true}', 72 * 73],
    // Each of 36 inputs meets a square of 2 * 2 for each of 5 channels.
    ['x: f32[1,4,3,3]; w: f32[4,5,2,2] = 0; y = ConvTranspose(x, w) {strides = [2,2], pads = [0,0,0,0]}', 36 * 2 * 4 * 5],
    [
      'x: f32[1,4,3,3]; w: f32[4,5,2,2] = 0; y = ConvTranspose(x, w) {strides = [2,2], pads = [0,0,0,0], relu = true}',
      36 * (2 * 4 * 5 + 1),
    ],
    ['x: f32[2,6]; w: f32[6,5] = 0; y = MatMul(x, w)', 10 * 12],
    ['x: f32[6,2]; w: f32[6,5] = 0; y = MatMul(x, w) {transA = true}', 10 * 12],
    ['x: f32[2,6]; w: f32[6,5] = 0; b: f32[1,5] = 0; y = MatMul(x, w, b)', 10 * 13],
    ['x: f32[1,4,4,4]; y = MaxPool(x) {kernel_shape = [2,2], strides = [2,2], pads = [0,0,0,0]}', 16 * 4],
    ['x: f32[1,4,4,4]; y = AveragePool(x) {kernel_shape = [2,2], strides = [2,2], pads = [0,0,0,0]}', 16 * 4],
    ['a: f32[2,3]; b: f32[2,3]; y = Add(a, b)', 6],
    ['a: f32[2,3]; b: f32[2,3]; y = Add(a, b) {relu = true}', 12],
    ['x: f32[2,3]; y = Relu(x)', 6],
    ['x: f32[2,3]; y = Softmax(x) {axis = 1}', 30],
    ['x: f32[2,3]; y = Softmax(x) {axis = 1, log = true}', 36],
    ['x: f32[1,2,3]; y = LayerNormalization(x) {axis = 2}', 60],
    ['x: f32[1,2,3]; w: f32[3] = 0; b: f32[3] = 0; y = LayerNormalization(x, w, b) {axis = 2}', 72],
    // Five for each element and four for each row.
    ['x: f32[1,2,3]; w: f32[3] = 0; y = RMSNormalization(x, w)', 30 + 8],
    // Twelve elements in rows of four: three additions a row.
    ['x: f32[3,4]; y = CumSum(x) {axis = 1}', 9],
    ['x: f32[3,4]; y = CumSum(x) {axis = -1}', 9],
    ['x: f32[2,3]; y = Reshape(x) {shape = [3,2]}', 0],
  ])('%s', (text, expected) => {
    expect(countFlops(parseGraph(text))).toBe(expected)
  })

  it('adds up over the nodes', () => {
    expect(countFlops(parseGraph('a: f32[2,3]; b: f32[2,3]; c = Add(a, b); d = Relu(c); y = Reshape(d) {shape = [3,2]}'))).toBe(12)
  })
})
