import { importOnnx } from '@q/onnx'
import { describe, expect, it } from 'vitest'
import { onnxFile, type SmallNode, whole } from './onnx-file.ts'

interface RefusedCase {
  readonly node: SmallNode
  readonly code?: string
  readonly says: string
  readonly found: string
  readonly wanted: string
}

const ids = (...shape: readonly number[]) => ({ shape, dtype: 'i64' }) as const
const f32 = (...data: readonly number[]) => ({ data })
const computed = (op: string, operand: string, tensor: string): Omit<RefusedCase, 'node'> => ({
  code: 'ONNX_NOT_CONSTANT',
  says: `${op} is not supported where its operand ${operand} is computed while the network runs`,
  found: `${operand} in ${tensor}`,
  wanted: `constant ${operand}`,
})
const ofConstants = (op: string, operand: string): Omit<RefusedCase, 'node'> => ({
  code: 'ONNX_NOT_CONSTANT',
  says: 'an operator is supported for constants alone',
  found: `${op} x1 (y), whose operand ${operand} is computed while the network runs`,
  wanted: 'constant operands',
})

const inputs = {
  x: { shape: [1, 2, 4, 4], dtype: 'f32' },
  i: ids(2),
  one: ids(1),
  k: ids(),
  theta: { shape: [1, 2, 3], dtype: 'f32' },
  codes: { shape: [2, 2], dtype: 'u8' },
  signed: { shape: [2, 2], dtype: 'i8' },
  wide: { shape: [2], dtype: 'u32' },
} as const
const constants = {
  two: whole(2, 2),
  large: whole(2048, 2048),
  s: f32(0.5),
  rows: f32(0.5, 0.25),
  blocks: { shape: [1, 2], data: [0.5, 0.25] },
  u: { data: [3], dtype: 'u8' },
  b: { data: [3], dtype: 'i8' },
  w32: { data: [3], dtype: 'u32' },
  ofTwo: { shape: [2], data: [1, 2] },
  d4: whole(4),
  p: { data: [0, 0, 0.1, 0.1, 1, 1, 0.9, 0.9] },
  f: f32(1, 1, 0.8, 0.8),
} as const

const cases: Readonly<Record<string, RefusedCase>> = {
  'indices of what is not 0, of no constant': { node: ['NonZero', 'x', 'y'], ...ofConstants('NonZero', 'X') },
  'numbers of a computed shape': { node: ['ConstantOfShape', 'one', 'y'], ...ofConstants('ConstantOfShape', 'input') },
  'a computed depth': { node: ['OneHot', 'i k ofTwo', 'y'], ...computed('OneHot', 'depth', 'k') },
  'a computed limit': { node: ['Range', 'k k k', 'y'], ...computed('Range', 'start', 'k') },
  'a computed grid': { node: ['AffineGrid', 'theta i', 'y'], ...computed('AffineGrid', 'size', 'i') },
  'a computed crop': { node: ['CenterCropPad', 'x i', 'y'], ...computed('CenterCropPad', 'shape', 'i') },
  'a computed picture': { node: ['Col2Im', 'x i two', 'y'], ...computed('Col2Im', 'image_shape', 'i') },
  'a computed block': { node: ['Col2Im', 'x two i', 'y'], ...computed('Col2Im', 'block_shape', 'i') },
  'computed pads': { node: ['Pad', 'x i', 'y'], ...computed('Pad', 'pads', 'i') },
  'a shift of many bits': {
    node: ['BitShift', 'wide w32', 'y', { direction: 'LEFT' }],
    says: 'BitShift of integers of more than 16 bits',
    found: 'integers of 32 bits',
    wanted: '8 or 16 bits',
  },
  'a shape for what is put back': {
    node: ['MaxUnpool', 'x j d4', 'y', { kernel_shape: [2, 2] }],
    says: 'MaxUnpool with an output shape',
    found: 'output_shape in d4',
    wanted: 'no output_shape',
  },
  'a window of gaps in the padding': {
    node: ['MaxPool', 'x', 'y', { kernel_shape: [2, 2], dilations: [7, 7], pads: [4, 4, 4, 4] }],
    says: 'MaxPool whose window lies in the padding alone',
    found: 'dilations [7, 7]',
    wanted: 'an element in each window',
  },
  'codes of blocks': {
    node: ['QuantizeLinear', 'theta blocks', 'y'],
    says: 'QuantizeLinear with this y_scale',
    found: 'y_scale of shape [1, 2]',
    wanted: 'one number, or one for each place of an axis',
  },
  'codes of many bits': {
    node: ['QuantizeLinear', 'theta s w32', 'y'],
    says: 'QuantizeLinear to this type',
    found: 'y_zero_point of type u32',
    wanted: 'i8, u8, i16, u16',
  },
  'numbers of blocks': {
    node: ['DequantizeLinear', 'codes blocks', 'y'],
    says: 'DequantizeLinear with this x_scale',
    found: 'x_scale of shape [1, 2]',
    wanted: 'one number',
  },
  'a product of signed codes': {
    node: ['QLinearMatMul', 'signed s b signed s b s b', 'y'],
    says: 'QLinearMatMul to this type',
    found: 'y_zero_point of type i8',
    wanted: 'u8',
  },
  'a product by the scales of its rows': {
    node: ['QLinearMatMul', 'codes rows u codes s u s u', 'y'],
    says: 'QLinearMatMul with this a_scale',
    found: 'a_scale of shape [2]',
    wanted: 'one number',
  },
  'a word that is no mode': {
    node: ['Resize', 'x - f', 'y', { mode: 'area' }],
    says: 'Resize with this mode',
    found: 'mode area',
    wanted: 'nearest or linear or cubic',
  },
  'a word that is no way to find places': {
    node: ['Resize', 'x - f', 'y', { coordinate_transformation_mode: 'centre' }],
    says: 'Resize with this coordinate_transformation_mode',
    found: 'coordinate_transformation_mode centre',
    wanted: 'half_pixel, pytorch_half_pixel',
  },
  'corners of a cubic curve by such factors': {
    node: ['Resize', 'x - f', 'y', { mode: 'cubic', coordinate_transformation_mode: 'align_corners' }],
    says: 'Resize with coordinate_transformation_mode align_corners and mode cubic by these factors',
    found: '[1, 2, 4, 4] by factors 1, 1, 0.8',
    wanted: 'products with the sizes are whole',
  },
  'no part': {
    node: ['Resize', 'x - f', 'y', { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' }],
    says: 'Resize with coordinate_transformation_mode tf_crop_and_resize has no part',
    found: 'no roi',
    wanted: 'where each axis begins and ends',
  },
  'factors of a part': {
    node: ['Resize', 'x p f', 'y', { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' }],
    says: 'Resize with coordinate_transformation_mode tf_crop_and_resize by factors of a part',
    found: 'roi 0, 0, 0.1',
    wanted: 'sizes in place of factors',
  },
}

describe('a form that is not supported is refused with what was found and what is wanted', () => {
  it.each(Object.entries(cases))('%s', async (_, { node, code = 'ONNX_UNSUPPORTED', says, found, wanted }) => {
    const file = onnxFile({ inputs: { ...inputs, j: ids(1, 2, 4, 4) }, constants, nodes: [node], outputs: 'y', opset: 21 })
    await expect(importOnnx(file)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says),
      found: expect.stringContaining(found),
      wanted: expect.stringContaining(wanted),
      hint: expect.stringContaining('--output_names'),
    })
  })

  it('what is read of constants stands beside operators that there are not, which no other name is proposed for', async () => {
    const nodes: readonly SmallNode[] = [
      ['NonZero', 'x', 'a'],
      ['GRU', 'x', '- b'],
      ['Sofmax', 'x', 'c'],
      ['If', 'a', 'y'],
    ]
    const file = onnxFile({ inputs, nodes, outputs: 'a b c y', opset: 21 })
    await expect(importOnnx(file)).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED_OP',
      message: '3 operators are not supported',
      found: expect.stringMatching(
        /^NonZero x1 \(a\), whose operand X is computed while the network runs; GRU x1 \(b\); Sofmax x1 \(c\), near Softmax/,
      ),
    })
  })
})
