import { isQError } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { exportOnnx, importOnnx } from '../src/index.ts'
import { type ComposedCase, expectEqual, fed, feedsOf, fileOf, ids, run } from './composed-case.ts'
import { numbers, type SmallNode, whole } from './onnx-file.ts'

const plane = fed([2, 4, 3, 5])

const cases: Readonly<Record<string, ComposedCase>> = {
  'the mean and one over the deviation of a LayerNormalization': {
    nodes: [['LayerNormalization', 'x s b', 'y m d', { axis: 2, epsilon: 0.1 }]],
    fed: { x: plane },
    constants: { s: numbers([3, 5]), b: numbers([3, 5]) },
    outputs: 'y m d',
  },
  'factors of a batch normalization that are computed': {
    nodes: [['BatchNormalization', 'x s b m v', 'y']],
    fed: { x: plane, s: fed([4]), b: fed([4]), m: fed([4]), v: fed([4], 0.5, 2) },
  },
  'a root mean square over several axes': {
    nodes: [
      ['RMSNormalization', 'x k', 'a', { axis: 1, epsilon: 0.1 }],
      ['RMSNormalization', 'a s', 'y', { axis: -2 }],
    ],
    fed: { x: plane, s: fed([3, 5]) },
    constants: { k: numbers([5]) },
    opset: 23,
  },
  'places that are chosen of all elements': {
    nodes: [['Compress', 'x c', 'y']],
    fed: { x: fed([2, 3]) },
    constants: { c: { data: [0, 1, 0, 1, 1], dtype: 'bool' } },
  },
  'times backwards, of each sample as many as it has': {
    nodes: [['ReverseSequence', 'x l', 'y']],
    fed: { x: fed([4, 3, 2]) },
    constants: { l: whole(4, 1, 3) },
  },
  'times backwards, of each sample as many as is computed': {
    nodes: [['ReverseSequence', 'x l', 'y', { batch_axis: 0, time_axis: 1 }]],
    fed: { x: fed([3, 4, 2]), l: ids([3], 4, 1, 3) },
  },
  'zeros divided by their norm': { nodes: [['LpNormalization', 'x', 'y']], fed: { x: { shape: [2, 2], data: [0, 0, 3, 4] } } },
  'a loss of fed targets, of which a number stands for none': {
    nodes: [['SoftmaxCrossEntropyLoss', 'x t w', 'y l', { ignore_index: -5 }]],
    fed: { x: fed([2, 3, 4]), t: ids([2, 4], 0, -5, 1, 1, 2, -5, 0, 2), w: fed([3], 0.5, 2) },
    outputs: 'y l',
  },
  'losses of likelihoods, some of which are none': {
    nodes: [['NegativeLogLikelihoodLoss', 'x t', 'y', { reduction: 'none', ignore_index: 1 }]],
    fed: { x: { shape: [3, 2], data: [-1, Number.NEGATIVE_INFINITY, -0.5, Number.NEGATIVE_INFINITY, -2, -3] }, t: ids([3], 0, 1, 0) },
  },
  'the mean of losses': {
    nodes: [['NegativeLogLikelihoodLoss', 'x t', 'y']],
    fed: { x: fed([2, 3, 4]), t: ids([2, 4], 0, 2, 1, 1, 2, 2, 0, 2) },
  },
  'factors of groups that are computed': {
    nodes: [['GroupNormalization', 'x s b', 'y', { num_groups: 2 }]],
    fed: { x: plane, s: fed([2]), b: fed([2]) },
  },
  'ones at computed places, from the end as well': {
    nodes: [['OneHot', 'i d v', 'y', { axis: 1 }]],
    fed: { i: ids([2, 3], 0, 3, -1, 2, 5, -9), v: fed([2]) },
    constants: { d: whole(4) },
  },
  'one side of a computed diagonal': {
    nodes: [['Trilu', 'x k', 'y', { upper: 0 }]],
    fed: { x: fed([2, 3, 4]), k: ids([], 1) },
  },
  'the largest of a row': { nodes: [['Hardmax', 'x', 'y', { axis: 1 }]], fed: { x: plane } },
  'the largest of all that follows, before opset 13': { nodes: [['Hardmax', 'x', 'y', { axis: 2 }]], fed: { x: plane }, opset: 11 },
  'a cast to the type of another tensor': { nodes: [['CastLike', 'x k', 'y']], fed: { x: fed([5], -9, 9) }, constants: { k: whole(1) } },
  'numbers that are none': {
    nodes: [
      ['Div', 'x z', 'q'],
      ['IsNaN', 'q', 'n'],
      ['IsInf', 'q', 'i'],
      ['Or', 'n i', 'o'],
      ['Cast', 'o', 'y', { to: 1 }],
    ],
    fed: { x: { shape: [4], data: [0, 1, -1, 2] }, z: { shape: [4], data: [0, 0, 0, 1] } },
  },
  'products of codes': {
    nodes: [
      ['Cast', 'x', 'c', { to: 2 }],
      ['MatMulInteger', 'c w z u', 'p'],
      ['Cast', 'p', 'y', { to: 1 }],
    ],
    fed: { x: { shape: [2, 3], data: [1, 2, 3, 200, 5, 60] } },
    constants: {
      w: { data: [1, 255, 30, 4, 5, 66], shape: [3, 2], dtype: 'u8' },
      z: { data: [7], shape: [], dtype: 'u8' },
      u: { data: [9], shape: [], dtype: 'u8' },
    },
  },
  'convolutions of codes': {
    nodes: [
      ['Cast', 'x', 'c', { to: 2 }],
      ['ConvInteger', 'c w z', 'p', { pads: [1, 0, 0, 1] }],
      ['Cast', 'p', 'y', { to: 1 }],
    ],
    fed: { x: { shape: [1, 1, 2, 3], data: [1, 2, 3, 200, 5, 60] } },
    constants: { w: { data: [1, 255, 30, 4], shape: [1, 1, 2, 2], dtype: 'u8' }, z: { data: [7], shape: [], dtype: 'u8' } },
  },
  'a product of codes as codes': {
    nodes: [
      ['Cast', 'x', 'c', { to: 2 }],
      ['QLinearMatMul', 'c s z w s z t z', 'p'],
      ['Cast', 'p', 'y', { to: 1 }],
    ],
    fed: { x: { shape: [2, 3], data: [1, 2, 3, 200, 5, 60] } },
    constants: {
      w: { data: [1, 255, 30, 4, 5, 66], shape: [3, 2], dtype: 'u8' },
      z: { data: [7], shape: [], dtype: 'u8' },
      s: { data: [0.25], shape: [] },
      t: { data: [3.5], shape: [] },
    },
  },
  'codes with a scale of their own': {
    nodes: [
      ['DynamicQuantizeLinear', 'x', 'c s z'],
      ['DequantizeLinear', 'c s z', 'y'],
    ],
    fed: { x: fed([3, 4], -3, 7) },
  },
  'codes of zeros alone': {
    nodes: [
      ['DynamicQuantizeLinear', 'x', 'c s z'],
      ['DequantizeLinear', 'c s z', 'd'],
      ['Add', 'd s', 'y'],
    ],
    fed: { x: { shape: [3, 4], data: Array.from({ length: 12 }, () => 0) } },
  },
  'a sum of three operands by an equation': {
    nodes: [['Einsum', 'a b c', 'y', { equation: 'ij,jk,kl->il' }]],
    fed: { a: fed([2, 3]), b: fed([3, 4]), c: fed([4, 5]) },
  },
  'a batch by an equation': {
    nodes: [['Einsum', 'a b', 'y', { equation: '...ij,...jk->...ik' }]],
    fed: { a: fed([2, 5, 2, 3]), b: fed([2, 5, 3, 4]) },
  },
  'a reduction whose axes only the declared result tells': {
    nodes: [['ReduceSum', 'x a', 'y', { keepdims: 1 }]],
    fed: { x: plane, a: ids([2], 1, -1) },
    declared: { y: [2, 1, 3, 1] },
  },
  'a reduction that drops axes which the declared result tells': {
    nodes: [['ReduceMax', 'x a', 'y', { keepdims: 0 }]],
    fed: { x: plane, a: ids([2], 1, 3) },
    declared: { y: [2, 3] },
  },
  'sizes of a Resize that the declared result tells': {
    nodes: [['Resize', 'x - - s', 'y', { mode: 'cubic' }]],
    fed: { x: plane, s: ids([4], 2, 4, 7, 6) },
    declared: { y: [2, 4, 7, 6] },
  },
  'counts of a Tile that the declared result tells': {
    nodes: [['Tile', 'x r', 'y']],
    fed: { x: plane, r: ids([4], 1, 2, 1, 3) },
    declared: { y: [2, 8, 3, 15] },
  },
  'axes of an Unsqueeze that the declared result tells': {
    nodes: [['Unsqueeze', 'x a', 'y']],
    fed: { x: plane, a: ids([2], 0, 5) },
    declared: { y: [1, 2, 4, 3, 5, 1] },
  },
  'axes of a Squeeze that the declared result tells': {
    nodes: [['Squeeze', 'x a', 'y']],
    fed: { x: fed([1, 3, 1, 1]), a: ids([2], 0, 3) },
    declared: { y: [3, 1] },
  },
  'parts of a Split that the declared results tell': {
    nodes: [['Split', 'x s', 'y z', { axis: 1 }]],
    fed: { x: plane, s: ids([2], 1, 3) },
    declared: { y: [2, 1, 3, 5], z: [2, 3, 3, 5] },
    outputs: 'y z',
  },
  'a computed bound beside an infinite one': {
    nodes: [
      ['Clip', 'x l h', 'a'],
      ['Clip', 'a h u', 'y'],
    ],
    fed: { x: plane, h: { shape: [], data: [0.25] } },
    constants: { l: { shape: [], data: [Number.NEGATIVE_INFINITY] }, u: { shape: [], data: [Number.POSITIVE_INFINITY] } },
  },
  ...Object.fromEntries(
    ([2, 3] as const).flatMap((to) =>
      [
        ...['Add', 'Sub', 'Mul'].map((op): SmallNode => [op, 'c k', 'r']),
        ...(to === 3 ? (['Neg', 'Abs'] as const).map((op): SmallNode => [op, 'c', 'r']) : []),
      ].map((node): readonly [string, ComposedCase] => [
        `${node[0]} of ${to === 2 ? 'unsigned' : 'signed'} integers of 8 bits, which wraps`,
        {
          nodes: [['Cast', 'x', 'c', { to }], node, ['Cast', 'r', 'y', { to: 1 }]],
          fed: { x: { shape: [5], data: to === 2 ? [0, 3, 100, 200, 255] : [-128, -127, -1, 100, 127] } },
          constants: { k: { shape: [5], data: [4, 4, 100, 100, 120], dtype: to === 2 ? 'u8' : 'i8' } },
        },
      ]),
    ),
  ),
  'a Range as long as the declared result': {
    nodes: [['Range', 'a b c', 'y']],
    fed: { a: { shape: [], data: [3] }, b: { shape: [], data: [-1] }, c: { shape: [], data: [-1.5] } },
    declared: { y: [3] },
  },
}

describe('operators that are read as nodes of others compute what ONNX Runtime does', () => {
  it.each(Object.entries(cases))('%s', (_, each) => expectEqual(each))
})

describe('what the declared result does not tell is refused', () => {
  const axes = { nodes: [['ReduceSum', 'x a', 'y', { keepdims: 0 }]], fed: { x: fed([2, 3, 3]), a: ids([1], 1) } } as const
  it.each([
    ['axes of the same size', { ...axes, declared: { y: [2, 3] } }],
    ['a result that is not declared', axes],
    ['factors of a Resize', { nodes: [['Resize', 'x - f', 'y']], fed: { x: plane, f: fed([4], 1, 2) }, declared: { y: [2, 4, 3, 5] } }],
  ] as const satisfies readonly (readonly [string, ComposedCase])[])('%s', async (_, each) => {
    const refusal = await importOnnx(fileOf(each)).catch((error: unknown) => error)
    expect(isQError(refusal) && refusal.code).toBe('ONNX_NOT_CONSTANT')
  })
})

describe('results that are constants', () => {
  const stored: ComposedCase = {
    nodes: [
      ['Shape', 'x', 'z'],
      ['Abs', 'x', 'y'],
    ],
    fed: { x: plane },
  }
  it('are left out beside others', async () => {
    expect((await importOnnx(fileOf({ ...stored, outputs: 'z y' }))).outputs).toEqual(['y_Abs'])
  })

  it('are handed on by a layer where the network has no other', async () => {
    const graph = await importOnnx(fileOf({ ...stored, outputs: 'z' }))
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Reshape'])
    expect(await run(exportOnnx(graph), feedsOf(stored.fed, true))).toEqual([[2, 4, 3, 5]])
  })
})
