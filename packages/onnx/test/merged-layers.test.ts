import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { type Case, describeCanonical, number } from './canonical-case.ts'
import { index, numbers, onnxFile, type SmallNode, whole } from './onnx-file.ts'

const w43 = { w: numbers([4, 3, 1, 1]) }
const conv: SmallNode = ['Conv', 'x w', 'c']
const plane = [1, 3, 6, 6]

const nothing: readonly Case[] = [
  {
    title: 'a term of 0 that is the bias of a convolution first',
    x: plane,
    nodes: [
      ['Conv', 'x w zeros', 'c'],
      ['Reshape', 'c rows', 'r'],
      ['MatMul', 'r v', 'm'],
      ['Add', 'm zeros', 'a'],
      ['Sigmoid', 'a', 'y'],
    ],
    constants: { ...w43, zeros: { data: [0, 0, 0, 0], shape: [4] }, rows: whole(1, 36, 4), v: numbers([4, 4]) },
    ops: 'Conv Reshape MatMul Sigmoid',
  },
  {
    title: 'the contrary of equal to a number, not of what is larger',
    x: [1, 3, 4],
    nodes: [
      ['Equal', 'x c', 'e'],
      ['Not', 'e', 'n'],
      ['Greater', 'x c', 'g'],
      ['Not', 'g', 'm'],
      ['And', 'n m', 'a'],
      ['Cast', 'a', 'y', { to: 1 }],
    ],
    constants: { c: number(0.25) },
    opset: 13,
    ops: 'NotEqual Greater Not And',
  },
  {
    title: 'a term and a factor of all their users but the first, which repeat 0 and 1',
    x: [1, 3, 4],
    nodes: [
      ['MatMul', 'x w', 'a'],
      ['Add', 'a zeros', 'b'],
      ['MatMul', 'b v', 'c'],
      ['Add', 'zeros c', 'd'],
      ['Mul', 'd ones', 'e'],
      ['Sigmoid', 'e', 'f'],
      ['Mul', 'f ones', 'y'],
    ],
    constants: {
      w: numbers([4, 4]),
      v: numbers([4, 4], 3),
      zeros: { data: [0, 0, 0, 0], shape: [4] },
      ones: { data: [1, 1, 1, 1], shape: [4] },
    },
    ops: 'MatMul MatMul Sigmoid',
  },
  {
    title: 'a pool over single elements, and a resize to the same size',
    x: plane,
    nodes: [
      conv,
      ['AveragePool', 'c', 'a', { kernel_shape: [1, 1] }],
      ['Resize', 'a - - sizes', 'z', { mode: 'linear' }],
      ['Relu', 'z', 'y'],
    ],
    constants: { ...w43, sizes: whole(1, 4, 6, 6) },
    ops: 'Conv',
  },
  {
    title: 'repetitions that an operator does itself, not those of other places',
    x: plane,
    nodes: [
      ['ReduceMax', 'x', 'rows', { axes: [2], keepdims: 1 }],
      ['Tile', 'rows r', 't'],
      ['Mul', 'x t', 'm'],
      ['MaxPool', 'x', 'p', { kernel_shape: [2, 1], strides: [2, 1] }],
      ['Tile', 'p two', 'q'],
      ['Add', 'm q', 'y'],
    ],
    constants: { r: whole(1, 1, 6, 1), two: whole(1, 1, 2, 1) },
    opset: 13,
    ops: 'ReduceMax Mul MaxPool Tile Add',
  },
  {
    title: 'a mean over axes of one element',
    x: [2, 1, 3],
    nodes: [
      ['Sin', 'x', 's'],
      ['ReduceMean', 's', 'm', { axes: [1], keepdims: 1 }],
      ['ReduceMax', 'm', 'y', { axes: [1], keepdims: 0 }],
    ],
    opset: 13,
    ops: 'Sin Reshape',
  },
  {
    title: 'but not a sum of magnitudes',
    x: [2, 1, 3],
    nodes: [['ReduceL1', 'x', 'y', { axes: [1], keepdims: 1 }]],
    opset: 13,
    ops: 'ReduceL1',
  },
]

const together: readonly Case[] = [
  {
    title: 'constants added in a row, and constants multiplied with',
    x: [2, 4, 3],
    nodes: [
      ['Add', 'x a', 's'],
      ['Add', 's b', 't'],
      ['Mul', 't a', 'u'],
      ['Mul', 'u b', 'y'],
    ],
    constants: { a: numbers([3]), b: numbers([4, 3]) },
    ops: 'Add Mul',
  },
  {
    title: 'a constant between a Reshape and back (the mask of windows)',
    x: [4, 2, 3, 3],
    nodes: [
      ['Add', 'x a', 's'],
      ['Reshape', 's five', 'r'],
      ['Add', 'r m', 't'],
      ['Reshape', 't four', 'y'],
    ],
    constants: { a: numbers([1, 2, 3, 3]), m: numbers([1, 4, 1, 3, 3]), five: whole(1, 4, 2, 3, 3), four: whole(4, 2, 3, 3) },
    ops: 'Add',
  },
  {
    title: 'a term for each channel of three axes',
    x: [1, 4, 5],
    nodes: [['Add', 'x b', 'y']],
    constants: { b: numbers([4, 1]) },
    ops: 'Affine',
  },
  {
    title: 'parts of patches that are cut along one axis after the other',
    x: [1, 4, 4, 3],
    nodes: [
      ['Slice', 'x z e one two', 'r0'],
      ['Slice', 'x o e one two', 'r1'],
      ['Slice', 'r0 z e two two', 'a'],
      ['Slice', 'r1 z e two two', 'b'],
      ['Slice', 'r0 o e two two', 'c'],
      ['Slice', 'r1 o e two two', 'd'],
      ['Concat', 'a b c d', 'y', { axis: -1 }],
    ],
    constants: { z: whole(0), o: whole(1), e: whole(4), one: whole(1), two: whole(2) },
    ops: 'DepthToSpace',
  },
  {
    title: 'places one step after the other',
    x: [1, 6, 3],
    nodes: [
      ['Gather', 'x i', 'g', { axis: 1 }],
      ['Gather', 'g all', 'y', { axis: 1 }],
    ],
    constants: { i: whole(1, 3, 5), all: whole(0, 1, 2) },
    ops: 'Slice',
  },
  {
    title: 'constant parts of a Concat',
    x: [1, 2, 3],
    nodes: [['Concat', 'a b x c', 'y', { axis: 1 }]],
    constants: { a: numbers([1, 1, 3]), b: numbers([1, 2, 3]), c: numbers([1, 1, 3]) },
    ops: 'Concat',
  },
  {
    title: 'a Reshape between a sum and a product',
    x: [1, 4, 3, 2],
    nodes: [
      ['Sin', 'x', 's'],
      ['Add', 's x', 'a'],
      ['Relu', 'a', 'r'],
      ['Reshape', 'r to', 'f'],
      ['MatMul', 'f w', 'y'],
    ],
    constants: { to: whole(1, 4, 6), w: numbers([6, 2]) },
    ops: 'Sin Reshape Reshape Add MatMul',
  },
]

describeCanonical('what does nothing', nothing)
describeCanonical('what is one layer', together)

const layersOf = async (file: Parameters<typeof onnxFile>[0]): Promise<string> =>
  (await importOnnx(onnxFile(file))).nodes.map(({ outputs }) => outputs.join()).join(' ')

describe('names', () => {
  const inputs = { x: [1, 4, 6, 6] }

  it('what a Squeeze and an Unsqueeze stood behind has the name of the Unsqueeze', async () => {
    const nodes: readonly SmallNode[] = [
      ['Gather', 'x i', 'a', { axis: 1 }],
      ['Unsqueeze', 'a ax', 'b'],
      ['Sin', 'b', 'y'],
    ]
    expect(await layersOf({ inputs, constants: { i: index(2), ax: whole(1) }, nodes, outputs: 'y' })).toBe('b_Unsqueeze y_Sin')
  })

  it('other users of a Reshape that is taken back have one each, numbered from the last user on', async () => {
    const nodes: readonly SmallNode[] = [
      ['Sin', 'x', 's'],
      ['Reshape', 's three', 'r'],
      ['Exp', 'r', 'e'],
      ['Reshape', 'r four', 'b'],
      ['Cos', 'b', 'c'],
      ['Abs', 'r', 'a'],
    ]
    const constants = { three: whole(1, 4, 36), four: whole(1, 4, 6, 6) }
    const found = await layersOf({ inputs, constants, nodes, outputs: 'e c a' })
    expect(found.split(' ').sort()).toEqual(
      ['s_Sin', 'r_Reshape_reshape_fuse_0', 'r_Reshape_reshape_fuse_2', 'e_Exp', 'c_Cos', 'a_Abs'].sort(),
    )
  })

  it('equal users that stand last among those of a value are one; with another behind or between they are not', async () => {
    const pool = (name: string): SmallNode => ['MaxPool', 's', name, { kernel_shape: [2, 2] }]
    const ends: readonly SmallNode[] = [
      ['Exp', 'p', 'a'],
      ['Cos', 'q', 'b'],
    ]
    const other: SmallNode = ['Softmax', 's', 'o', { axis: 1 }]
    const named = (nodes: readonly SmallNode[]) => layersOf({ inputs, nodes: [['Sin', 'x', 's'], ...nodes, ...ends], outputs: 'a b o' })
    expect(await named([other, pool('p'), pool('q')])).toBe('s_Sin o_Softmax p_MaxPool a_Exp b_Cos')
    expect(await named([pool('p'), pool('q'), other])).toBe('s_Sin p_MaxPool q_MaxPool o_Softmax a_Exp b_Cos')
    expect(await named([pool('p'), other, pool('q')])).toBe('s_Sin p_MaxPool o_Softmax q_MaxPool a_Exp b_Cos')
  })

  it('nodes without attributes that read the same are one; what stands behind them keeps its names', async () => {
    const nodes: readonly SmallNode[] = [
      ['Sin', 'x', 'p'],
      ['Sin', 'x', 'q'],
      ['Add', 'p w', 'a'],
      ['Add', 'q w', 'b'],
      ['Mul', 'p one', 'c'],
      ['Mul', 'p two', 'd'],
    ]
    const constants = { w: numbers([6, 6]), one: number(2), two: number(2) }
    expect(await layersOf({ inputs, constants, nodes, outputs: 'a b c' })).toBe('p_Sin a_Add b_Add c_Mul')
    expect(await layersOf({ inputs, constants, nodes, outputs: 'c d' })).toBe('p_Sin c_Mul d_Mul')
  })

  it('a Slice that Slices alone read is part of each of them; one that something else reads, or that is an output, is a layer', async () => {
    const cut = (from: string, to: string, range: string): SmallNode => ['Slice', `${from} ${range}`, to]
    const constants = { from1: whole(1), from0: whole(0), from2: whole(2), to5: whole(5), to6: whole(6), two: whole(2), three: whole(3) }
    const rows: readonly SmallNode[] = [cut('x', 'a', 'from1 to6 two'), cut('a', 'b', 'from0 to5 three'), cut('a', 'c', 'from2 to6 three')]
    const ends: readonly SmallNode[] = [
      ['Exp', 'b', 'y'],
      ['Cos', 'c', 'z'],
    ]
    const named = (more: readonly SmallNode[], outputs: string) => layersOf({ inputs, constants, nodes: [...rows, ...more], outputs })
    expect(await named(ends, 'y z')).toBe('b_Slice c_Slice y_Exp z_Cos')
    expect(await named([cut('b', 'd', 'from1 to5 three'), cut('b', 'e', 'from2 to5 three'), ...ends], 'd e z')).toBe(
      'c_Slice d_Slice e_Slice z_Cos',
    )
    expect(await named([...ends, ['Sin', 'a', 's']], 'y z s')).toBe('a_Slice b_Slice c_Slice y_Exp z_Cos s_Sin')
    expect(await named(ends, 'y z a')).toBe('a_Slice b_Slice c_Slice y_Exp z_Cos')
  })

  it('joined constants of a Concat', async () => {
    const graph = await importOnnx(
      onnxFile({
        inputs: { x: [1, 2, 3] },
        constants: { a: numbers([1, 1, 3]), b: numbers([1, 2, 3]), c: numbers([1, 1, 3]) },
        nodes: [['Concat', 'a b x c', 'y', { axis: 1 }]],
        outputs: 'y',
      }),
    )
    expect(graph.nodes[0]!.inputs).toEqual(['a_b_weight', 'x', 'y_weight'])
  })
})
