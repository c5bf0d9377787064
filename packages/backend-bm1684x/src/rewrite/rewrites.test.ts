import { type Attrs, allOps, type Graph, layerOf, type Node, type Value } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { chipFacts } from '../chips.ts'
import { rewritesOf } from './rewrites.ts'

const rewrites = rewritesOf(chipFacts.bm1684x)

const settings = { mode: 'INT8', asymmetric: false, highPrecision: false } as const

const node = (op: string, inputs: readonly string[], output: string, attrs: Attrs = {}): Node => ({ op, inputs, outputs: [output], attrs })

/** A float graph: computed values by shape, constants by shape and elements. */
function graphOf(
  computed: Readonly<Record<string, readonly number[]>>,
  constants: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>,
  nodes: readonly Node[],
  outputs: readonly string[],
): Graph {
  const made = new Set(nodes.flatMap((each) => each.outputs))
  const values: Value[] = [
    ...Object.entries(computed).map(([name, shape]): Value => ({ name, type: { dtype: 'f32', shape, range: { min: -1, max: 1 } } })),
    ...Object.entries(constants).map(
      ([name, { shape, data }]): Value => ({
        name,
        type: { dtype: 'f32', shape },
        constant: { dtype: 'f32', shape, data: Float32Array.from(data) },
      }),
    ),
  ]
  return {
    name: 'one',
    nodes,
    outputs,
    ops: allOps,
    properties: { stage: 'float' },
    values: new Map(values.map((value) => [value.name, value])),
    inputs: Object.keys(computed)
      .filter((name) => !made.has(name))
      .map((name) => ({ name })),
  }
}

const rewritten = (graph: Graph): Graph => rewrites.reduce((current, pass) => pass.run(current, settings), graph)
const printed = ({ nodes }: Graph): readonly string[] => nodes.map((each) => `${layerOf(each)} = ${each.op}(${each.inputs.join()})`)
const numbers = (graph: Graph, name: string): readonly number[] => Array.from(graph.values.get(name)!.constant!.data, Number)

describe('a scale and bias per channel', () => {
  const computed = { x: [1, 2, 1, 1], c: [1, 2, 1, 1], y: [1, 2, 1, 1] }
  const scale = { s: { shape: [2], data: [2, -1] }, t: { shape: [2], data: [0.5, 0.25] } }
  const conv = node('Conv', ['x', 'w', 'b'], 'c', { strides: [1, 1], pads: [0, 0, 0, 0] })
  const weights = { w: { shape: [2, 2, 1, 1], data: [1, 2, 3, 4] }, b: { shape: [2], data: [10, 20] } }

  it('goes into the convolution before it, which takes its name', () => {
    const graph = rewritten(
      graphOf(computed, { ...scale, ...weights }, [conv, node('Affine', ['c', 's', 't'], 'y', { relu: true })], ['y']),
    )
    expect(printed(graph)).toEqual(['y = Conv(x,w,b)'])
    expect(numbers(graph, 'w')).toEqual([2, 4, -3, -4])
    expect(numbers(graph, 'b')).toEqual([20.5, -19.75])
    expect(graph.nodes[0]!.attrs.relu).toBe(true)
    expect(graph.nodes[0]!.origin).toEqual(['c', 'y'])
  })

  it('becomes a depthwise convolution when the one before it is seen elsewhere', () => {
    const graph = rewritten(graphOf(computed, { ...scale, ...weights }, [conv, node('Affine', ['c', 's', 't'], 'y')], ['y', 'c']))
    expect(printed(graph)).toEqual(['c = Conv(x,w,b)', 'y = Conv(c,s,y_to_bias)'])
    expect(graph.nodes[1]!.attrs.group).toBe(2)
    expect(graph.values.get('s')!.type.shape).toEqual([2, 1, 1, 1])
    expect(numbers(graph, 'y_to_bias')).toEqual([0.5, 0.25])
  })

  it('of a matrix stays', () => {
    const graph = rewritten(graphOf({ x: [3, 2], y: [3, 2] }, scale, [node('Affine', ['x', 's', 't'], 'y')], ['y']))
    expect(printed(graph)).toEqual(['y = Affine(x,s,t)'])
  })
})

describe('a matrix product', () => {
  it('reads a transposed right operand by a flag, unless others need it', () => {
    const computed = { x: [1, 3, 4], k: [1, 5, 4], t: [1, 4, 5], y: [1, 3, 5] }
    const nodes = [node('Transpose', ['k'], 't', { perm: [0, 2, 1] }), node('MatMul', ['x', 't'], 'y')]
    const folded = rewritten(graphOf(computed, {}, nodes, ['y']))
    expect(printed(folded)).toEqual(['y = MatMul(x,k)'])
    expect(folded.nodes[0]!.attrs.transB).toBe(true)
    expect(printed(rewritten(graphOf(computed, {}, nodes, ['y', 't'])))).toHaveLength(2)
  })

  it.each([
    [[1, 6, 1], 2],
    [[1, 1, 6, 1], 2],
    [[1, 6, 2], 1],
    [[2, 6, 1], 1],
    [[1, 1, 1], 1],
    [[6, 1], 1],
  ])('but of matrices [%s] as TPU-MLIR does', (batch, layers) => {
    const computed = { x: [...batch, 3, 4], k: [...batch, 5, 4], t: [...batch, 4, 5], y: [...batch, 3, 5] }
    const axes = batch.map((_, i) => i)
    const perm = [...axes, axes.length + 1, axes.length]
    const nodes = [node('Transpose', ['k'], 't', { perm }), node('MatMul', ['x', 't'], 'y')]
    expect(printed(rewritten(graphOf(computed, {}, nodes, ['y'])))).toHaveLength(layers)
  })

  it('and another read the same transposed right operand by a flag each, unless one takes it on the left', () => {
    const computed = { x: [1, 4, 4], z: [1, 4, 4], k: [1, 4, 4], t: [1, 4, 4], a: [1, 4, 4], b: [1, 4, 4], y: [1, 4, 4] }
    const products = (second: readonly string[]): readonly Node[] => [
      node('Transpose', ['k'], 't', { perm: [0, 2, 1] }),
      node('MatMul', ['x', 't'], 'a'),
      node('MatMul', second, 'b'),
      node('Mul', ['a', 'b'], 'y'),
    ]
    const both = rewritten(graphOf(computed, {}, products(['z', 't']), ['y']))
    expect(printed(both)).toEqual(['a = MatMul(x,k)', 'b = MatMul(z,k)', 'y = Mul(a,b)'])
    expect(both.nodes.slice(0, 2).map(({ attrs }) => attrs.transB)).toEqual([true, true])
    expect(printed(rewritten(graphOf(computed, {}, products(['t', 'z']), ['y'])))).toHaveLength(4)
    expect(printed(rewritten(graphOf(computed, {}, products(['t', 't']), ['y'])))).toHaveLength(4)
  })

  it('whose columns are cut apart becomes one product for each part', () => {
    const slice = (from: number, output: string) => node('Slice', ['p'], output, { starts: [0, from], ends: [1, from + 2], steps: [1, 1] })
    const graph = rewritten(
      graphOf(
        { x: [1, 2], p: [1, 4], a: [1, 2], b: [1, 2], y: [1, 2] },
        { w: { shape: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 8] }, c: { shape: [4], data: [1, 2, 3, 4] } },
        [node('MatMul', ['x', 'w', 'c'], 'p'), slice(0, 'a'), slice(2, 'b'), node('Mul', ['a', 'b'], 'y')],
        ['y'],
      ),
    )
    expect(printed(graph)).toEqual([
      'p_matmul_1 = MatMul(x,p__filter_0,p__bias_0)',
      'p_matmul_2 = MatMul(x,p__filter_1,p__bias_1)',
      'y = Mul(p_matmul_1,p_matmul_2)',
    ])
    expect([numbers(graph, 'p__filter_0'), numbers(graph, 'p__filter_1')]).toEqual([
      [1, 2, 5, 6],
      [3, 4, 7, 8],
    ])
    expect(numbers(graph, 'p__bias_1')).toEqual([3, 4])
  })
})

describe('small forms', () => {
  it('a tensor cut in two and joined the other way round is rotated', () => {
    const cut = (from: number, to: number, output: string) =>
      node('Slice', ['x'], output, { starts: [0, from], ends: [2, to], steps: [1, 1] })
    const computed = { x: [2, 5], a: [2, 3], b: [2, 2], y: [2, 5] }
    const nodes = [cut(2, 5, 'a'), cut(0, 2, 'b'), node('Concat', ['a', 'b'], 'y', { axis: 1 })]
    const graph = rewritten(graphOf(computed, {}, nodes, ['y']))
    expect(printed(graph)).toEqual(['y = SwapDimInner(x)'])
    expect(graph.nodes[0]!.attrs.offsets).toEqual([0, 2])
    expect(printed(rewritten(graphOf(computed, {}, nodes, ['y', 'a'])))).toHaveLength(3)
  })

  it('a division by a root is a product with its reciprocal', () => {
    const graph = graphOf({ x: [2], v: [2], r: [2], y: [2] }, {}, [node('Sqrt', ['v'], 'r'), node('Div', ['x', 'r'], 'y')], ['y'])
    expect(printed(rewritten(graph))).toEqual(['r = Sqrt(v)', 'r_inv = Rsqrt(v)', 'y = Mul(x,r_inv)'])
  })

  it('x sigmoid(1.702 x) is a Gelu', () => {
    const nodes = [node('Mul', ['x', 'f'], 'm'), node('Sigmoid', ['m'], 's'), node('Mul', ['x', 's'], 'y')]
    const of = (f: number) =>
      rewritten(graphOf({ x: [2], m: [2], s: [2], y: [2] }, { f: { shape: [1], data: [f] } }, nodes, ['y'])).nodes.at(-1)!
    expect(of(1.702)).toMatchObject({ op: 'Gelu', inputs: ['x'], attrs: { approximate: 'sigmoid' } })
    expect(of(1.5).op).toBe('Mul')
  })
})

describe('attention', () => {
  const shape4 = [1, 3, 2, 2]
  const turned = [1, 2, 3, 2]
  const computed = {
    x: [1, 3, 4],
    m: [1, 1, 1, 3],
    q: [1, 3, 4],
    k: [1, 3, 4],
    v: [1, 3, 4],
    q4: shape4,
    k4: shape4,
    v4: shape4,
    qt: turned,
    k1: turned,
    kt: [1, 2, 2, 3],
    vt: turned,
    s: [1, 2, 3, 3],
    t: [1, 2, 3, 3],
    a: [1, 2, 3, 3],
    p: [1, 2, 3, 3],
    o: turned,
    ot: shape4,
    of: [1, 3, 4],
    y: [1, 3, 4],
  }
  const square = { shape: [4, 4], data: Array.from({ length: 16 }, (_, i) => i / 16) }
  const constants = { wq: square, wk: square, wv: square, wo: square, c: { shape: [1], data: [0.5] } }
  const heads = { shape: shape4 }
  const swap = { perm: [0, 2, 1, 3] }
  const nodes = (masked: boolean): readonly Node[] => [
    node('MatMul', ['x', 'wq'], 'q'),
    node('Reshape', ['q'], 'q4', heads),
    node('Transpose', ['q4'], 'qt', swap),
    node('MatMul', ['x', 'wk'], 'k'),
    node('Reshape', ['k'], 'k4', heads),
    node('Transpose', ['k4'], 'k1', swap),
    node('Transpose', ['k1'], 'kt', { perm: [0, 1, 3, 2] }),
    node('MatMul', ['x', 'wv'], 'v'),
    node('Reshape', ['v'], 'v4', heads),
    node('Transpose', ['v4'], 'vt', swap),
    node('MatMul', ['qt', 'kt'], 's'),
    node('Mul', ['s', 'c'], 't'),
    ...(masked ? [node('Add', ['t', 'm'], 'a')] : []),
    node('Softmax', [masked ? 'a' : 't'], 'p', { axis: 3 }),
    node('MatMul', ['p', 'vt'], 'o'),
    node('Transpose', ['o'], 'ot', swap),
    node('Reshape', ['ot'], 'of', { shape: [1, 3, 4] }),
    node('MatMul', ['of', 'wo'], 'y'),
  ]
  const run = (masked: boolean, mode: 'INT8' | 'F16', m: readonly number[] = computed.m): Graph =>
    rewrites.reduce((graph, pass) => pass.run(graph, { ...settings, mode }), graphOf({ ...computed, m }, constants, nodes(masked), ['y']))
  const attention = (graph: Graph): Node | undefined => graph.nodes.find(({ op }) => op === 'Attention')

  it('is fused when the keys are turned in two steps', () => {
    const fused = attention(run(false, 'INT8'))
    expect(fused?.inputs.slice(0, 4)).toEqual(['x', undefined, undefined, 'wq'])
    expect(fused?.attrs).toMatchObject({ heads: 2, headSize: 2, scale: 0.5 })
  })

  it.each(['F16', 'INT8'] as const)('takes a computed mask along in %s', (mode) => {
    expect(attention(run(true, mode))?.inputs[11]).toBe('m')
  })

  it('stays in its parts where the mask is another for each query, as in TPU-MLIR 1.30.2', () => {
    expect(attention(run(true, 'INT8', [1, 1, 3, 3]))).toBeUndefined()
  })
})

describe('slices that walk backwards', () => {
  const sliced = (starts: readonly number[], ends: readonly number[], steps: readonly number[], shape: readonly number[]) =>
    rewritten(graphOf({ x: [1, 2, 6], y: shape }, {}, [node('Slice', ['x'], 'y', { starts, ends, steps })], ['y']))

  it('pick their elements by places', () => {
    const { nodes, values } = sliced([0, 0, 5], [1, 2, -1], [1, 1, -2], [1, 2, 3])
    expect(nodes).toEqual([{ op: 'Gather', inputs: ['x', 'y_places'], outputs: ['y'], attrs: { axis: 2, keepdims: true } }])
    expect([...values.get('y_places')!.constant!.data]).toEqual([5, 3, 1])
    expect(values.get('y')!.type.range).toEqual({ min: -1, max: 1 })
  })

  it('others stay, and so do those that cut a second axis', () => {
    expect(sliced([0, 0, 1], [1, 2, 6], [1, 1, 2], [1, 2, 3]).nodes[0]!.op).toBe('Slice')
    expect(sliced([0, 1, 5], [1, 2, -1], [1, 1, -2], [1, 1, 3]).nodes[0]!.op).toBe('Slice')
  })
})
