import type { AttrSpec, Attrs, AttrValue, Graph, Node, Value } from '@q/ir'
import { attributesOf, isQError, parseGraph, quantizedOps } from '@q/ir'
import { definitionOf } from '@q/ir/graph'
import { describe, expect, it } from 'vitest'
import { encodeWeights, readTpu, writeTpu } from '../index.ts'

const window = 'strides = [1, 1], pads = [0, 0, 0, 0]'
const ones = (count: number) => `[${Array.from({ length: count }, () => 1).join(', ')}]`

/** A node of each quantized operator in a form that the text has. */
const nodes: Readonly<Record<string, string>> = {
  QConv: `x: i8[1,2,3,3]{scale 1}; w: i8[2,2,1,1] = ${ones(4)}; b: i32[2] = [1, 2]; y: i8[1,2,3,3]{scale 1} = QConv(x, w, b) {${window}, multipliers = [3, 4], shifts = [5, 6]}`,
  QConvTranspose: `x: i8[1,2,3,3]{scale 1}; w: i8[2,2,1,1] = ${ones(4)}; y: i8[1,2,3,3]{scale 1} = QConvTranspose(x, w) {${window}, multipliers = [3, 4], shifts = [5, 6]}`,
  QMatMul: `x: i8[3,2]{scale 1}; w: i8[2,4] = ${ones(8)}; y: i8[3,4]{scale 1} = QMatMul(x, w) {multipliers = [3], shifts = [5]}`,
  QAdd: 'x: i8[1,4]{scale 1}; z: i8[1,4]{scale 1}; y: i8[1,4]{scale 1} = QAdd(x, z) {multipliers = [1, 2], shifts = [3, 4]}',
  QSub: 'x: i8[1,4]{scale 1}; z: i8[1,4]{scale 1}; y: i8[1,4]{scale 1} = QSub(x, z) {multipliers = [1, 2], shifts = [3, 4]}',
  QMax: 'x: i8[1,4]{scale 1}; z: i8[1,4]{scale 1}; y: i8[1,4]{scale 1} = QMax(x, z) {multipliers = [1, 2], shifts = [3]}',
  QMin: 'x: i8[1,4]{scale 1}; z: i8[1,4]{scale 1}; y: i8[1,4]{scale 1} = QMin(x, z) {multipliers = [1, 2], shifts = [3]}',
  QMul: 'x: i8[1,4]{scale 1}; z: i8[1,4]{scale 1}; y: i8[1,4]{scale 1} = QMul(x, z) {multipliers = [1], shifts = [3]}',
  QAddConstant: 'x: i8[1,4]{scale 1}; y: i8[1,4]{scale 1} = QAddConstant(x) {constant = 7, multipliers = [2], shifts = [3]}',
  QLimitConstant:
    'x: i8[1,4]{scale 1}; y: i8[1,4]{scale 1} = QLimitConstant(x) {constant = 7, operation = "max", multipliers = [2], shifts = [3]}',
  QCompareConstant: 'x: i8[1,4]{scale 1}; y: u8[1,4]{scale 1} = QCompareConstant(x) {constant = 7, operation = "Less"}',
  QLeakyRelu: 'x: i8[1,4]{scale 1}; y: i8[1,4]{scale 1} = QLeakyRelu(x) {multipliers = [2], shifts = [3]}',
  QPRelu: 'x: i8[1,2,3]{scale 1}; s: i8[1,2,1] = [1, 2]; y: i8[1,2,3]{scale 1} = QPRelu(x, s) {shifts = [3]}',
  QAffine:
    'x: i8[1,2,3]{scale 1}; s: i8[2] = [1, 2]; b: i16[2] = [3, 4]; r: i32[2] = [-1, -2]; y: i8[1,2,3]{scale 1} = QAffine(x, s, b, r) {rounding = "down"}',
  QAveragePool: `x: i8[1,2,3,3]{scale 1}; y: i8[1,2,2,2]{scale 1} = QAveragePool(x) {kernel_shape = [2, 2], ${window}, multipliers = [3], shifts = [4]}`,
  QSoftmax: `x: i8[1,4]{scale 1}; t: f32[256] = ${ones(256)}; y: u8[1,4]{scale 1} = QSoftmax(x, t) {axis = 1}`,
  QPixelNormalization: 'x: i8[1,2,3]{scale 1}; s: f16[2] = [15360, 15360]; y: f16[1,2,3] = QPixelNormalization(x, s)',
  QAttention: `x: i8[1,3,2]{scale 1}; w: i8[2,2] = ${ones(4)}; o: i8[2,2] = ${ones(4)}; t: f32[256] = ${ones(256)}; y: i32[1,3,2] = QAttention(x, _, _, w, _, w, _, w, _, o, _, _, t) {parameters = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0], scale = 1, headSize = 2}`,
  Requantize: 'x: i8[1,4]{scale 1}; y: i8[1,4]{scale 2} = Requantize(x) {multipliers = [3], shifts = [4]}',
  RequantizeAxis: 'x: i32[1,2,3]{scale 1}; p: i32[1,2,1,3] = [1, -2, 0, 3, -4, 0]; y: i8[1,2,3]{scale 2} = RequantizeAxis(x, p)',
  QConcat:
    'x: i8[1,2]{scale 1}; z: i8[1,2]{scale 2}; y: i8[1,4]{scale 1} = QConcat(x, z) {axis = 1, multipliers = [1, 2], shifts = [3, 4]}',
  QReduce: 'x: i8[1,4]{scale 1}; y: i8[1,1]{scale 2} = QReduce(x) {axes = [1], mode = "sum", multipliers = [3], shifts = [4]}',
  SlopeLut: `x: bf16[1,4]; t: f32[256] = ${ones(256)}; s: f32[256] = ${ones(256)}; y: bf16[1,4] = SlopeLut(x, t, s) {min = -12, max = 12}`,
  MantissaLut: `x: bf16[1,4]; t: f32[256] = ${ones(256)}; s: f32[256] = ${ones(256)}; y: bf16[1,4] = MantissaLut(x, t, s)`,
  LutSoftmax: `x: bf16[1,4]; a: f32[256] = ${ones(256)}; b: f32[256] = ${ones(256)}; c: f32[256] = ${ones(256)}; d: f32[256] = ${ones(256)}; y: bf16[1,4] = LutSoftmax(x, a, b, c, d) {axis = 1, min = -15, max = 15}`,
  LutLayerNormalization: `x: bf16[1,4]; s: bf16[4] = [16256, 16256, 16256, 16256]; b: bf16[4] = [0, 0, 0, 0]; t: f32[256] = ${ones(256)}; m: f32[256] = ${ones(256)}; y: bf16[1,4] = LutLayerNormalization(x, s, b, t, m) {axis = 1}`,
  LutLRN: `x: bf16[1,4]; t: f32[256] = ${ones(256)}; s: f32[256] = ${ones(256)}; y: bf16[1,4] = LutLRN(x, t, s) {size = 3}`,
  LutReduceL2: `x: bf16[1,4]; t: f32[256] = ${ones(256)}; s: f32[256] = ${ones(256)}; y: bf16[1,1] = LutReduceL2(x, t, s) {axes = [1]}`,
  StridedCopy: 'x: u8[1,1,1,8]{scale 1}; y: u8[1,1,2,3]{scale 1} = StridedCopy(x) {shape = [1, 1, 2, 3], inputStrides = [8, 8, 4, 1]}',
  LutAxis: `x: u8[1,2,4]{scale 1}; t: i8[512] = ${ones(512)}; y: i8[1,2,4]{scale 1} = LutAxis(x, t)`,
  Lut: `x: i8[1,4]{scale 1}; t: i8[256] = ${ones(256)}; y: i8[1,4]{scale 1} = Lut(x, t)`,
  QuantizeLinear: 'x: f32[1,4]; y: i8[1,4]{scale 1} = QuantizeLinear(x) {rounding = "half-to-even"}',
  DequantizeLinear: 'x: i8[1,4]{scale 1}; y: f32[1,4] = DequantizeLinear(x)',
}

const graphOf = (text: string): Graph => {
  const graph = parseGraph(text)
  return { ...graph, outputs: ['y'], properties: { stage: 'quantized', chip: 'a-chip', mode: 'INT8' } }
}

/** Other values of an attribute, among them such as no text has. */
function others({ type, values }: AttrSpec, given: AttrValue | undefined): readonly AttrValue[] {
  switch (type) {
    case 'bool':
      return [given !== true]
    case 'int':
    case 'float':
      return [Number(given ?? 0) + 1, Number(given ?? 0) + 0.5].slice(0, type === 'int' ? 1 : 2)
    case 'string':
      return (values ?? []).filter((each) => each !== given)
    case 'ints': {
      const list = (given ?? []) as readonly number[]
      return [[...list, 9], list.map((each) => each + 1), [7]]
    }
    default:
      return []
  }
}

type Outcome = 'equal' | 'refused'

/** What becomes of a graph that is written and read: the same node, or a refusal that names the layer. */
function outcome(graph: Graph, node: Node): Outcome {
  try {
    const { text, weights } = writeTpu(graph)
    const read = readTpu(text, encodeWeights(weights))
    const full = (each: Node, of: Graph) => attributesOf(each, definitionOf(each, of.ops))
    const again = read.nodes.at(-1)!
    expect([again.op, full(again, read)]).toEqual([node.op, full(node, graph)])
    for (const name of [...node.inputs, ...node.outputs]) {
      const [ours, theirs] = [graph.values.get(name!)?.type, read.values.get(name!)?.type]
      expect(theirs?.quant?.zeroPoint ?? 0, name).toBe(ours?.quant?.zeroPoint ?? 0)
      expect(theirs?.quant?.saturate, name).toEqual(ours?.quant?.saturate)
    }
    return 'equal'
  } catch (error) {
    if (!isQError(error)) throw error
    expect(error.at.join(), error.message).toMatch(/\by\b/)
    expect(error.code).toMatch(/^(MLIR_|SHAPE_|GRAPH_|ATTR_|QUANT_LISTS)/)
    return 'refused'
  }
}

const withAttrs = (graph: Graph, attrs: Attrs): Graph => ({
  ...graph,
  nodes: graph.nodes.map((each) => ({ ...each, attrs: { ...each.attrs, ...attrs } })),
})

describe('a lowered text is read as the graph it was written of, or it is refused', () => {
  it('every quantized operator has a form in it', () => {
    expect(Object.keys(nodes).sort()).toEqual([...quantizedOps.keys()].sort())
  })

  it.each(Object.entries(nodes))('%s', (op, text) => {
    const graph = graphOf(text)
    expect(outcome(graph, graph.nodes[0]!)).toBe('equal')
    const definition = definitionOf(graph.nodes[0]!, graph.ops)
    const filled = attributesOf(graph.nodes[0]!, definition)
    const styles: AttrSpec = { type: 'string', values: ['round', 'saturate', 'truncate'], mayBeAbsent: false }
    for (const [name, spec] of [
      ...Object.entries(definition.attrs),
      ['bf16', styles] as const,
      ['unrounded', { type: 'bool' } as AttrSpec] as const,
    ]) {
      for (const value of others(spec, filled[name])) {
        const changed = withAttrs(graph, { [name]: value })
        outcome(changed, changed.nodes[0]!)
      }
    }
    expect(
      outcome(withAttrs(graph, { bf16: 'truncate' }), { ...graph.nodes[0]!, attrs: { ...graph.nodes[0]!.attrs, bf16: 'truncate' } }),
      op,
    ).toBe('refused')
  })

  it.each([
    [
      'a narrower range of codes',
      (y: Value): Value => ({ ...y, type: { ...y.type, quant: { ...y.type.quant!, saturate: [-8, 7] } } }),
      'y',
    ],
    [
      'a zero point of weights',
      (w: Value): Value => ({ ...w, type: { ...w.type, quant: { scale: 1, zeroPoint: 3, expressed: 'f32' } } }),
      'w',
    ],
  ] as const)('%s is refused by name', (_, change, name) => {
    const graph = graphOf(nodes['QConv']!)
    const values = new Map(graph.values).set(name, change(graph.values.get(name)!))
    expect(() => writeTpu({ ...graph, values })).toThrow(expect.objectContaining({ code: 'MLIR_UNSUPPORTED_ATTRIBUTE', at: ['y'] }))
  })

  it('a zero point that is taken off is refused by name, unless the family means it', () => {
    const graph = withAttrs(graphOf(nodes['QLeakyRelu']!), { zeroPointInSum: false })
    const refusal = { code: 'MLIR_UNSUPPORTED_ATTRIBUTE', found: 'false', message: expect.stringContaining('zeroPointInSum') }
    expect(() => writeTpu(graph)).toThrow(expect.objectContaining(refusal))
    const implied = { zeroPointInSum: false }
    const { text } = writeTpu(graph, { implied })
    expect(readTpu(text, undefined, { implied }).nodes[0]!.attrs['zeroPointInSum']).toBe(false)
  })

  it('so is a way to make bfloat16 numbers', () => {
    const graph = graphOf('x: f32[1,4]; y: bf16[1,4] = Cast(x) {to = "bf16", bf16 = "truncate"}')
    expect(() => writeTpu(graph)).toThrow(expect.objectContaining({ code: 'MLIR_UNSUPPORTED_ATTRIBUTE', found: '"truncate"' }))
    const implied = { bf16: 'truncate' }
    const read = readTpu(writeTpu(graph, { implied }).text, undefined, { implied })
    expect(read.nodes[0]!.attrs).toEqual(graph.nodes[0]!.attrs)
    expect(() => writeTpu({ ...graph, nodes: [{ ...graph.nodes[0]!, attrs: { to: 'bf16' } }] }, { implied })).toThrow(
      expect.objectContaining({ found: '"flush"' }),
    )
  })
})
