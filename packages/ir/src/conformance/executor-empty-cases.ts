import { type ExecutorCase, fed, gives, held, nodeCase } from './executor-case.ts'
import { codes, f32, i32 } from './small-graph.ts'

const i8 = (...shape: readonly number[]) => codes('i8', shape)
const placed = { strides: [1, 1], pads: [0, 0, 0, 0] }
const nothing = fed(f32(2, 0), [])

/** Values without elements: results that have none either, and sums over nothing. */
export const executorEmptyCases: readonly ExecutorCase[] = [
  nodeCase('no slice', 'Requantize', [fed(i32(0, 4), [])], [gives(i8(0, 4), [])], { attrs: { multipliers: [3], shifts: [1] } }),
  nodeCase('no slice', 'QuantizeLinear', [fed(f32(0, 2), [])], [gives(codes('u16', [0, 2]), [])]),
  nodeCase('no sample', 'QConv', [fed(i8(0, 2, 1, 1), []), held(i8(3, 2, 1, 1), [1, 2, 3, 4, 5, 6])], [gives(i8(0, 3, 1, 1), [])], {
    attrs: { ...placed, multipliers: [1], shifts: [0] },
  }),
  nodeCase('no row', 'QMatMul', [fed(i8(0, 2), []), held(i8(2, 3), [1, 2, 3, 4, 5, 6])], [gives(i8(0, 3), [])], {
    attrs: { multipliers: [1], shifts: [0] },
  }),
  nodeCase('no slice', 'QAdd', [fed(i8(0, 3), []), held(i8(3), [1, 2, 3])], [gives(i8(0, 3), [])], {
    attrs: { multipliers: [1, 1], shifts: [0, 0] },
  }),
  // 1.5 times the bias, halves upward, and the zero point.
  nodeCase(
    'products of nothing are the bias',
    'QMatMul',
    [fed(i8(2, 0), []), held(i8(0, 3), []), held(i32(3), [5, 6, 7])],
    [gives(codes('i8', [2, 3], 1, 1), [9, 10, 12, 9, 10, 12])],
    { attrs: { multipliers: [3], shifts: [1] } },
  ),
  nodeCase(
    'products of nothing are the bias',
    'MatMul',
    [nothing, held(f32(0, 3), []), held(f32(3), [5, 6, 7])],
    [gives(f32(2, 3), [5, 6, 7, 5, 6, 7])],
  ),
  nodeCase('products of nothing', 'MatMul', [nothing, fed(f32(0, 2), [])], [gives(f32(2, 2), [0, 0, 0, 0])]),
  nodeCase('no sample', 'Conv', [fed(f32(0, 1, 2, 2), []), held(f32(1, 1, 1, 1), [2])], [gives(f32(0, 1, 2, 2), [])], { attrs: placed }),
  nodeCase('no sample', 'MaxPool', [fed(f32(0, 1, 2, 2), [])], [gives(f32(0, 1, 1, 1), [])], {
    attrs: { ...placed, kernel_shape: [2, 2] },
  }),
  nodeCase('the sum of nothing', 'ReduceSum', [nothing], [gives(f32(2), [0, 0])], { attrs: { axes: [1], keepdims: false } }),
  nodeCase('the product of nothing', 'ReduceProd', [nothing], [gives(f32(2), [1, 1])], { attrs: { axes: [1], keepdims: false } }),
  nodeCase('the mean of nothing', 'ReduceMean', [nothing], [gives(f32(2), [Number.NaN, Number.NaN])], {
    attrs: { axes: [1], keepdims: false },
  }),
  nodeCase('the largest of nothing', 'ReduceMax', [nothing], [gives(f32(2), [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])], {
    attrs: { axes: [1], keepdims: false },
  }),
  nodeCase('nothing in front', 'Concat', [fed(f32(0, 2), []), fed(f32(1, 2), [1, 2])], [gives(f32(1, 2), [1, 2])], { attrs: { axis: 0 } }),
  nodeCase('a border around nothing', 'Pad', [nothing], [gives(f32(2, 2), [9, 9, 9, 9])], { attrs: { pads: [0, 1, 0, 1], value: 9 } }),
  nodeCase('nothing of it', 'Slice', [fed(f32(2, 2), [1, 2, 3, 4])], [gives(f32(0, 2), [])], {
    attrs: { starts: [1, 0], ends: [1, 2], steps: [1, 1] },
  }),
  nodeCase('no row', 'Softmax', [fed(f32(0, 3), [])], [gives(f32(0, 3), [])], { attrs: { axis: 1 } }),
  nodeCase('axes change places', 'Transpose', [nothing], [gives(f32(0, 2), [])], { attrs: { perm: [1, 0] } }),
]
