import type { Graph } from '@q/ir'
import proto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import { importOnnx } from '../import-onnx.ts'

const { ModelProto } = proto.onnx
type Attribute = proto.onnx.IAttributeProto

const ints = (name: string, values: readonly number[]): Attribute => ({ name, type: 7, ints: [...values] })
const int = (name: string, value: number): Attribute => ({ name, type: 2, i: value })
const floats = (name: string, shape: readonly number[]): proto.onnx.ITensorProto => {
  const count = shape.reduce((product, d) => product * d, 1)
  return { name, dataType: 1, dims: [...shape], floatData: Array.from({ length: count }, (_, i) => (i % 7) - 2.5) }
}
const list = (name: string, values: readonly number[]): proto.onnx.ITensorProto => ({
  name,
  dataType: 7,
  dims: [values.length],
  int64Data: [...values],
})

const node = (opType: string, input: readonly string[], output: string, attribute: readonly Attribute[] = []): proto.onnx.INodeProto => ({
  opType,
  input: [...input],
  output: [output],
  attribute: [...attribute],
})

/** Imports a network over `x` with result `y`. */
function imported(
  x: readonly number[],
  nodes: readonly proto.onnx.INodeProto[],
  initializer: readonly proto.onnx.ITensorProto[] = [],
  opset = 13,
): Promise<Graph> {
  return importOnnx(
    ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ domain: '', version: opset }],
      graph: {
        name: 'g',
        node: [...nodes],
        input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: x.map((dimValue) => ({ dimValue })) } } } }],
        output: [{ name: 'y' }],
        initializer: [...initializer],
      },
    }).finish(),
  )
}

const layers = ({ nodes }: Graph): readonly string[] => nodes.map(({ op, outputs }) => `${outputs[0]} ${op}`)

describe('canonical layers', () => {
  it('a mean over rows and columns with the channels last is a pool, the Transpose before it gone', async () => {
    const graph = await imported(
      [1, 3, 4, 5],
      [
        node('Relu', ['x'], 'a'),
        node('Transpose', ['a'], 't', [ints('perm', [0, 2, 3, 1])]),
        node('ReduceMean', ['t'], 'y', [ints('axes', [1, 2]), int('keepdims', 0)]),
      ],
    )
    expect(layers(graph)).toEqual(['a_Relu Relu', 'y_ReduceMean AveragePool'])
    expect(graph.nodes[1]!.attrs).toMatchObject({ kernel_shape: [4, 5], keepdims: false })
  })

  it('a maximum over the plane whose axes are dropped is a pool too', async () => {
    const graph = await imported([1, 3, 4, 5], [node('ReduceMax', ['x'], 'y', [ints('axes', [2, 3]), int('keepdims', 0)])])
    expect(layers(graph)).toEqual(['y_ReduceMax MaxPool'])
    expect(graph.values.get('y_ReduceMax')!.type.shape).toEqual([1, 3])
  })

  it('a plain InstanceNormalization between two Reshapes is a GroupNormalization', async () => {
    const plain = [
      { name: 'one', dataType: 1, dims: [2], floatData: [1, 1] },
      { name: 'zero', dataType: 1, dims: [2], floatData: [0, 0] },
    ]
    const graph = await imported(
      [1, 4, 3, 3],
      [
        node('Reshape', ['x', 'groups'], 'r'),
        node('InstanceNormalization', ['r', 'one', 'zero'], 'n'),
        node('Reshape', ['n', 'back'], 'b'),
        node('Relu', ['b'], 'y'),
      ],
      [...plain, list('groups', [0, 2, -1]), list('back', [1, 4, 3, 3])],
    )
    expect(layers(graph)).toEqual(['n_InstanceNormalization_r_GroupNorm GroupNormalization', 'y_Relu Relu'])
    expect(graph.nodes[0]!.attrs).toMatchObject({ num_groups: 2 })
  })

  it('a constant of several users becomes one for each, counted down', async () => {
    const graph = await imported(
      [1, 2, 4, 4],
      [node('Conv', ['x', 'w'], 'a'), node('Conv', ['a', 'w'], 'b'), node('Conv', ['b', 'w'], 'y')],
      [floats('w', [2, 2, 2, 2])],
    )
    expect(graph.nodes.map(({ inputs }) => inputs[1])).toEqual(['w_2', 'w_1', 'w_0'])
  })

  it('equal constants are one under the name of the first, and then one for each user', async () => {
    const graph = await imported(
      [1, 2, 4, 4],
      [node('Conv', ['x', 'w'], 'a'), node('Conv', ['a', 'v'], 'b'), node('Conv', ['b', 'u'], 'y')],
      [floats('w', [2, 2, 2, 2]), floats('v', [2, 2, 2, 2]), { ...floats('u', [2, 2, 2, 2]), floatData: new Array<number>(16).fill(0.5) }],
    )
    expect(graph.nodes.map(({ inputs }) => inputs[1])).toEqual(['w_1', 'w_0', 'u'])
  })

  it('the bias of a batch of products stays an addition', async () => {
    const product = (w: readonly number[]): Promise<Graph> =>
      imported([2, 3, 4], [node('MatMul', ['x', 'w'], 'm'), node('Add', ['m', 'b'], 'y')], [floats('w', w), floats('b', [5])])
    expect(layers(await product([2, 4, 5]))).toEqual(['m_MatMul MatMul', 'y_Add Add'])
    expect(layers(await product([4, 5]))).toEqual(['y_Add MatMul'])
  })

  it('a Slice that walks a whole axis backwards turns it round', async () => {
    const bounds = [list('starts', [-1]), list('ends', [-100]), list('axes', [1]), list('steps', [-1])]
    const graph = await imported([1, 4, 3], [node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'], 'y')], bounds)
    expect(layers(graph)).toEqual(['y_Slice Reverse'])
    expect(graph.nodes[0]!.attrs).toEqual({ axis: 1 })
  })

  it('one that several Slices read has the name of their first copy, and its own beside another reader', async () => {
    const bounds = [list('starts', [-1]), list('ends', [-100]), list('axes', [1]), list('steps', [-1]), list('z', [0]), list('e', [2])]
    const turned = node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'], 't')
    const first = node('Slice', ['t', 'z', 'e', 'axes'], 'a')
    const namesBeside = async (other: proto.onnx.INodeProto) =>
      layers(await imported([1, 4, 3], [turned, first, other, node('Concat', ['a', 'b'], 'y', [int('axis', 1)])], bounds))[0]
    expect(await namesBeside(node('Slice', ['t', 'e', 'starts', 'axes'], 'b'))).toBe('t_Slice_r_slice0 Reverse')
    expect(await namesBeside(node('Relu', ['t'], 'b'))).toBe('t_Slice Reverse')
  })

  it('the four parts of a plane side by side, columns slower, are a DepthToSpace backwards with channels last', async () => {
    const part = (row: number, column: number): proto.onnx.INodeProto =>
      node('Slice', ['x', `from${row}${column}`, 'ends', 'axes', 'steps'], `p${row}${column}`)
    const graph = await imported(
      [1, 4, 4, 3],
      [part(0, 0), part(1, 0), part(0, 1), part(1, 1), node('Concat', ['p00', 'p10', 'p01', 'p11'], 'y', [int('axis', -1)])],
      [
        ...['00', '10', '01', '11'].map((at) => list(`from${at}`, [...at].map(Number))),
        list('ends', [100, 100]),
        list('axes', [1, 2]),
        list('steps', [2, 2]),
      ],
    )
    expect(layers(graph)).toEqual(['y_Concat DepthToSpace'])
    expect(graph.nodes[0]!.attrs).toMatchObject({ inverse: true, swapColumnRow: true, channelsLast: true })
    expect(graph.values.get('y_Concat')!.type.shape).toEqual([1, 2, 2, 12])
  })

  it('a constant condition that broadcasts is repeated at once', async () => {
    const condition = { name: 'c', dataType: 9, dims: [1, 1, 2], int32Data: [1, 0] }
    const graph = await imported(
      [1, 2, 2],
      [node('Where', ['c', 'x', 'n'], 'y')],
      [condition, { name: 'n', dataType: 1, dims: [], floatData: [-5] }],
    )
    expect(layers(graph)).toEqual(['y_Where Where'])
    expect(Array.from(graph.values.get('y_Where_Tile_y_Where_Tile')!.constant!.data, Number)).toEqual([1, 0, 1, 0])
  })
})

describe('an If with a known condition', () => {
  it('is the branch taken, under the name of the If', async () => {
    const branch = (name: string, inner: readonly proto.onnx.INodeProto[], result: string): Attribute => ({
      name,
      type: 5,
      g: { name, node: [...inner], output: [{ name: result }] },
    })
    const graph = await imported(
      [1, 4, 3],
      [
        node('Relu', ['x'], 'a'),
        node('Shape', ['a'], 's'),
        node('Gather', ['s', 'zero'], 'first'),
        node('Equal', ['first', 'one'], 'c'),
        node('If', ['c'], 'i', [
          branch('then_branch', [node('Squeeze', ['a', 'axis'], 'then')], 'then'),
          branch('else_branch', [node('Identity', ['a'], 'else')], 'else'),
        ]),
        node('Transpose', ['i'], 'y', [ints('perm', [1, 0])]),
      ],
      [list('zero', [0]), list('one', [1]), list('axis', [0])],
    )
    expect(layers(graph)).toEqual(['a_Relu Relu', 'i_Squeeze Squeeze', 'y_Transpose Transpose'])
  })

  // What TPU-MLIR 1.30.2 makes of these.
  it.each([
    [
      [2, 3, 4, 5, 6],
      [0, 3, 1, 4, 2],
      ['0,1,3,4,2', '0,2,1,3,4'],
    ],
    [
      [2, 3, 4, 5, 6],
      [2, 0, 3, 1, 4],
      ['2,3,0,1,4', '0,2,1,3,4'],
    ],
    [
      [2, 3, 4, 5, 6],
      [4, 0, 2, 1, 3],
      ['3,4,0,2,1', '1,2,3,4,0'],
    ],
    [[2, 3, 4, 5, 6], [0, 1, 3, 2, 4], ['0,1,3,2,4']],
    [[1, 3, 4, 5, 6], [0, 3, 1, 4, 2], ['0,3,1,4,2']],
    [[2, 3, 4, 5, 6, 7], [0, 2, 4, 1, 3, 5], ['0,2,4,1,3,5']],
  ])('a Transpose of five axes without neighbours that stay is two: %j by %j', async (shape, perm, orders) => {
    const { nodes } = await imported(shape, [node('Relu', ['x'], 'a'), node('Transpose', ['a'], 'y', [ints('perm', perm)])])
    expect(nodes.slice(1).map(({ attrs }) => String(attrs['perm']))).toEqual(orders)
    expect(nodes.slice(1).map(({ outputs }) => outputs[0])).toEqual([
      ...(orders.length > 1 ? ['y_Transpose_r_expand0'] : []),
      'y_Transpose',
    ])
  })
})

describe('layers that TPU-MLIR 1.30.2 has otherwise', () => {
  describe('Transposes that undo each other', () => {
    const turned = (from: string): readonly proto.onnx.INodeProto[] => [
      node('Transpose', [from], 't', [ints('perm', [0, 2, 1])]),
      node('Reshape', ['t', 'split'], 'c'),
      node('Transpose', ['c'], 'n', [ints('perm', [0, 2, 3, 1])]),
    ]
    const split = list('split', [1, 4, 2, 3])

    it('are a Reshape of what came before, also where one between cuts an axis', async () => {
      const graph = await imported([1, 6, 4], [node('Relu', ['x'], 'a'), ...turned('a'), node('Sigmoid', ['n'], 'y')], [split])
      expect(layers(graph)).toEqual(['a_Relu Relu', 'a_Relu_r_Reshape Reshape', 'y_Sigmoid Sigmoid'])
      expect(graph.nodes[1]!.attrs).toEqual({ shape: [1, 2, 3, 4] })
    })

    it('stay where the second turns other axes', async () => {
      const nodes = [...turned('a').slice(0, 2), node('Transpose', ['c'], 'n', [ints('perm', [0, 3, 2, 1])]), node('Sigmoid', ['n'], 'y')]
      const graph = await imported([1, 6, 4], [node('Relu', ['x'], 'a'), ...nodes], [split])
      expect(layers(graph)).toEqual([
        'a_Relu Relu',
        't_Transpose Transpose',
        'c_Reshape Reshape',
        'n_Transpose Transpose',
        'y_Sigmoid Sigmoid',
      ])
    })

    it('leave a Reshape that goes neither in front of a sum nor together with one before it', async () => {
      const sum = [node('Sigmoid', ['x'], 'a'), node('Add', ['x', 'a'], 's')]
      const behindSum = await imported([1, 6, 4], [...sum, ...turned('s'), node('MatMul', ['n', 'w'], 'y')], [split, floats('w', [4, 5])])
      expect(layers(behindSum)).toEqual(['a_Sigmoid Sigmoid', 's_Add Add', 's_Add_r_Reshape Reshape', 'y_MatMul MatMul'])
      const reshaped = [node('Relu', ['x'], 'a'), node('Reshape', ['a', 'flat'], 'b')]
      const flat = list('flat', [1, 6, 4])
      const behindReshape = await imported([6, 4], [...reshaped, ...turned('b'), node('Sigmoid', ['n'], 'y')], [split, flat])
      expect(layers(behindReshape)).toEqual(['a_Relu Relu', 'b_Reshape Reshape', 'b_Reshape_r_Reshape Reshape', 'y_Sigmoid Sigmoid'])
    })
  })

  describe('a product whose columns are cut apart', () => {
    const cut = (widths: readonly number[]): Parameters<typeof imported> => [
      [1, 3, 2],
      [
        node('MatMul', ['x', 'w'], 'm'),
        { opType: 'Split', input: ['m', 'widths'], output: ['a', 'b'], attribute: [int('axis', -1)] },
        node('Relu', ['b'], 'c'),
        node('Concat', ['c', 'a'], 'y', [int('axis', -1)]),
      ],
      [floats('w', [2, 300]), list('widths', widths)],
    ]

    it('is one product for each part, the last part first, where all are wide', async () => {
      const graph = await imported(...cut([172, 128]))
      expect(layers(graph)).toEqual(['c_Relu MatMul', 'a_Split MatMul', 'y_Concat Concat'])
      const weights = graph.values.get(graph.nodes[0]!.inputs[1]!)!.constant!
      const whole = floats('w', [2, 300]).floatData!
      expect(weights.shape).toEqual([2, 128])
      expect(Array.from(weights.data, Number)).toEqual([...whole.slice(172, 300), ...whole.slice(472, 600)])
    })

    it('stays where a part is narrow, where rows are cut, and with two axes', async () => {
      expect(layers(await imported(...cut([173, 127])))[0]).toBe('m_MatMul MatMul')
      const [, nodes, constants] = cut([172, 128])
      expect(layers(await imported([3, 2], nodes, constants))[0]).toBe('m_MatMul MatMul')
      const rows = [nodes[0]!, { ...nodes[1]!, attribute: [int('axis', 1)] }, nodes[2]!, node('Concat', ['c', 'a'], 'y', [int('axis', 1)])]
      expect(layers(await imported([1, 3, 2], rows, [constants![0]!, list('widths', [1, 2])]))[0]).toBe('m_MatMul MatMul')
    })
  })

  it('a Squeeze takes back the Unsqueeze before it only where nothing else uses that', async () => {
    const axis = list('axis', [1])
    const there = [node('Relu', ['x'], 'a'), node('Unsqueeze', ['a', 'axis'], 'b'), node('Squeeze', ['b', 'axis'], 'c')]
    const alone = await imported([2, 3], [...there, node('Tanh', ['c'], 'y')], [axis])
    expect(layers(alone)).toEqual(['a_Relu Relu', 'y_Tanh Tanh'])
    const shared = await imported([2, 3], [...there, node('Tanh', ['c'], 'd'), node('Mul', ['d', 'b'], 'y')], [axis])
    expect(layers(shared).slice(1, 3)).toEqual(['b_Unsqueeze Unsqueeze', 'c_Squeeze Squeeze'])
  })
})
