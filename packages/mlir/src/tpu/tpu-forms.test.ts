import type { Node, Tensor, TensorType, Value } from '@q/ir'
import { attributesOf } from '@q/ir'
import { definitionOf } from '@q/ir/graph'
import { describe, expect, it } from 'vitest'
import { parseMlir, readTpu, writeTpu } from '../index.ts'
import { codes, graphOf } from './fixtures/one-node.ts'

const x: Value = { name: 'x', type: codes }
const filter = (dtype: 'i8' | 'u8'): Value => ({
  name: 'w',
  type: { dtype, shape: [2, 2, 1, 1] },
  constant: { dtype, shape: [2, 2, 1, 1], data: dtype === 'i8' ? Int8Array.of(1, -2, 3, 4) : Uint8Array.of(1, 2, 3, 4) },
})
const conv = (attrs: Node['attrs']): Node => ({
  op: 'QConv',
  inputs: ['x', 'w'],
  outputs: ['y'],
  attrs: { strides: [1, 1], pads: [0, 0, 0, 0], ...attrs },
})

describe('writeTpu', () => {
  it('writes multipliers and shifts, and declares signed weights', () => {
    const text = writeTpu(graphOf(conv({ multipliers: [5, 6], shifts: [7, 8], relu: true }), [x, filter('i8')], codes)).text
    const { attributes, operandTypes } = parseMlir(text).operations.at(-1)!
    expect(attributes.get('multiplier')).toEqual({ kind: 'ints', values: [5, 6] })
    expect(attributes.get('rshift')).toEqual({ kind: 'ints', values: [7, 8] })
    expect(attributes.get('quant_mode')).toEqual({ kind: 'enum', name: 'rq_mode', value: 'MultiplierShift' })
    expect(attributes.get('with_bias')).toEqual({ kind: 'bool', value: false })
    expect(operandTypes.map((type) => (type.kind === 'tensor' && type.element.kind === 'plain' ? type.element.name : type.kind))).toEqual([
      'tensor',
      'si8',
      'none',
    ])
    expect(text).toContain('module.chip = "a-chip"')
  })

  it('declares unsigned weights as such', () => {
    expect(writeTpu(graphOf(conv({ multipliers: [5], shifts: [7] }), [x, filter('u8')], codes)).text).toContain('tensor<2x2x1x1xui8>')
  })

  it('writes a rounding that the family implies as every text says it, and reads it back', () => {
    const bf16: Value = { name: 'x', type: { dtype: 'bf16', shape: codes.shape } }
    const cast: Node = { op: 'QuantizeLinear', inputs: ['x'], outputs: ['y'], attrs: { rounding: 'half-to-even' } }
    const implied = ({ op }: Node) => (op === 'QuantizeLinear' ? { rounding: 'half-to-even' } : {})
    const { text } = writeTpu(graphOf(cast, [bf16], codes), { implied })
    expect(text).toContain('round_mode HalfAwayFromZero')
    expect(readTpu(text, undefined, { implied }).nodes[0]!.attrs['rounding']).toBe('half-to-even')
    expect(writeTpu(graphOf(cast, [bf16], codes)).text).toContain('round_mode HalfToEven')
  })

  it('refuses a rounding that the operation does not have', () => {
    expect(() =>
      writeTpu(graphOf(conv({ multipliers: [5], shifts: [7], rounding: 'half-to-even' }), [x, filter('i8')], codes)),
    ).toThrowError(expect.objectContaining({ code: 'MLIR_OPERATOR', at: ['y'] }))
  })

  it('refuses a shape that the operands do not give', () => {
    expect(() =>
      writeTpu(graphOf(conv({ multipliers: [5], shifts: [7] }), [x, filter('i8')], { ...codes, shape: [1, 2, 2, 3] })),
    ).toThrowError(expect.objectContaining({ code: 'GRAPH_SHAPE', found: '[1, 2, 2, 3]', wanted: '[1, 2, 3, 3]' }))
  })

  it('refuses a constant without elements', () => {
    const empty: Value = { name: 'w', type: { dtype: 'i8', shape: [2, 2, 1, 1] }, isConstant: true }
    expect(() => writeTpu(graphOf(conv({ multipliers: [5], shifts: [7] }), [x, empty], codes))).toThrowError(
      expect.objectContaining({ code: 'WEIGHT_MISSING', at: ['w'] }),
    )
  })

  it('refuses a graph that does not say its chip', () => {
    const graph = graphOf(conv({ multipliers: [5], shifts: [7] }), [x, filter('i8')], codes)
    expect(() => writeTpu({ ...graph, properties: { stage: 'quantized', mode: 'INT8' } })).toThrowError(
      expect.objectContaining({ code: 'MLIR_STATE' }),
    )
  })

  it('writes and reads the code of a border, one beyond the codes as the chip saturates it', () => {
    const node: Node = { op: 'Pad', inputs: ['x'], outputs: ['y'], attrs: { pads: [0, 0, 0, 1, 0, 0, 0, 0], value: 3 } }
    const { text } = writeTpu(graphOf(node, [x], { ...codes, shape: [1, 2, 3, 4] }))
    expect(parseMlir(text).operations.at(-1)!.attributes.get('val')).toEqual({ kind: 'float', type: 'f64', value: 3 })
    expect(readTpu(text).nodes[0]!.attrs['value']).toBe(3)
    expect(readTpu(text.replace('val = 3.000000e+00', 'val = 2.220000e+02')).nodes[0]!.attrs['value']).toBe(127)
  })

  it('gives a reflected border the matrices that turn its columns, where the family needs them', () => {
    const node: Node = { op: 'Pad', inputs: ['x'], outputs: ['y'], attrs: { pads: [0, 0, 1, 2, 0, 0, 0, 0], mode: 'reflect' } }
    const graph = graphOf(node, [x], { ...codes, shape: [1, 2, 4, 5] })
    const hosted = writeTpu({ ...graph, properties: { ...graph.properties, quantizeInputsOnHost: true } })
    expect([...hosted.weights]).toEqual([['y_select_0', { dtype: 'i8', shape: [2, 2], data: Int8Array.of(0, 1, 1, 0) }]])
    expect(hosted.text).toContain('tensor<2x2xsi8>, none, none)')
    expect(readTpu(hosted.text, hosted.weights).nodes.at(-1)).toMatchObject({ op: 'Pad', inputs: ['x'] })
    expect(writeTpu(graph).weights.size).toBe(0)
  })

  it('gives a reflected border of bfloat16 numbers its matrices in bfloat16, as the weight file has to hold them', () => {
    const node: Node = { op: 'Pad', inputs: ['x'], outputs: ['y'], attrs: { pads: [0, 0, 1, 2, 0, 0, 0, 0], mode: 'reflect' } }
    const narrow = (...shape: readonly number[]): TensorType => ({ dtype: 'bf16', shape })
    const graph = graphOf(node, [{ name: 'x', type: narrow(1, 2, 3, 3) }], narrow(1, 2, 4, 5))
    const { weights } = writeTpu({ ...graph, properties: { ...graph.properties, quantizeInputsOnHost: true } })
    const [[name, { data }]] = [...weights] as [[string, Tensor]]
    expect([name, data]).toEqual(['y_select_0_bf16', Uint16Array.of(0, 0x3f80, 0x3f80, 0)])
  })

  it.each([
    ['linear', 'align_corners', 'align_corners'],
    ['nearest', 'asymmetric', 'nearest'],
  ])('writes a %s resampling as the host program has it, where the family needs that', (mode, places, word) => {
    const attrs = { sizes: [6, 9], mode, coordinate_transformation_mode: places, scale_h: 2, scale_w: 3 }
    const node: Node = { op: 'Resize', inputs: ['x'], outputs: ['y'], attrs }
    const floats = (...shape: readonly number[]): TensorType => ({ dtype: 'f32', shape })
    const graph = graphOf(node, [{ name: 'x', type: floats(1, 2, 3, 3) }], floats(1, 2, 6, 9))
    const properties = { ...graph.properties, quantizeInputsOnHost: true }
    const { text, weights } = writeTpu({ ...graph, properties })
    expect(text).toContain(`cpu_op_name = "interp", param = {coordinate_transformation_mode = "${word}", height = 6 : i32`)
    const read = readTpu(text, weights)
    expect(attributesOf(read.nodes.at(-1)!, definitionOf(read.nodes.at(-1)!, read.ops))).toMatchObject(attrs)
    expect(writeTpu(graph).text).toContain('tpu.Interp')
  })

  it('writes a running sum without a second operand, which the host program does not find', () => {
    const floats: TensorType = { dtype: 'f32', shape: [1, 2, 3] }
    const node: Node = { op: 'CumSum', inputs: ['x'], outputs: ['y'], attrs: { axis: 1 } }
    const graph = graphOf(node, [{ name: 'x', type: floats }], floats)
    const { text } = writeTpu({ ...graph, properties: { ...graph.properties, quantizeInputsOnHost: true } })
    expect(text).toMatch(/"tpu.GenericCpu"\(%0\) \{cpu_op_name = "cumsum", param = \{axis = 1 : i32\}\}/)
    expect(readTpu(text).nodes.at(-1)).toMatchObject({ op: 'CumSum', inputs: ['x'], attrs: { axis: 1 } })
    expect(writeTpu(graph).text).toContain('tpu.CumSum')
  })

  it('writes the place of the largest element with the element, as the host program looks for it', () => {
    const narrow: TensorType = { dtype: 'bf16', shape: [1, 2, 3] }
    const node: Node = { op: 'ArgMax', inputs: ['x', 'm'], outputs: ['y'], attrs: { axis: 2, keepdims: false } }
    const largest: Value = { name: 'm', type: { dtype: 'bf16', shape: [1, 2, 1] } }
    const graph = graphOf(node, [{ name: 'x', type: narrow }, largest], { dtype: 'f32', shape: [1, 2] })
    const { text } = writeTpu({
      ...graph,
      inputs: [{ name: 'x' }, { name: 'm' }],
      properties: { ...graph.properties, quantizeInputsOnHost: true },
    })
    expect(text).toMatch(
      /"tpu.GenericCpu"\(%0, %1\) \{cpu_op_name = "argmax_v3", param = \{axis = 2 : i64, scale = 1.000000e\+00 : f32\}\}/,
    )
    expect(readTpu(text).nodes.at(-1)).toMatchObject({ op: 'ArgMax', inputs: ['x', 'm'], attrs: { axis: 2, keepdims: false } })
  })

  it('writes rows of a table by ids as the host looks them up, the ids first', () => {
    const table: Value = {
      name: 't',
      type: { dtype: 'bf16', shape: [5, 2] },
      constant: { dtype: 'bf16', shape: [5, 2], data: new Uint16Array(10) },
    }
    const ids: Value = { name: 'i', type: { dtype: 'u16', shape: [1, 3] } }
    const node: Node = { op: 'Gather', inputs: ['t', 'i'], outputs: ['y'], attrs: { axis: 0 } }
    const plain = graphOf(node, [ids, table], { dtype: 'bf16', shape: [1, 3, 2] })
    const inputs = [{ name: 'i', sourceDtype: 'i32' as const }]
    const graph = { ...plain, inputs, properties: { ...plain.properties, quantizeInputsOnHost: true } }
    const { text, weights } = writeTpu(graph)
    expect(text).toContain('(tensor<1x3xsi32>) -> tensor<1x3xui16>')
    expect(text).toMatch(
      /"tpu.GenericCpu"\(%\d, %\d\) \{cpu_op_name = "embedding", param = \{\}\} : \(tensor<1x3xui16>, tensor<5x2xbf16>\)/,
    )
    expect(readTpu(text, weights).nodes[0]).toMatchObject({ op: 'Gather', inputs: ['t', 'i'], attrs: {} })
    expect(writeTpu({ ...graph, properties: plain.properties }).text).toContain('"tpu.Gather"')
  })

  it.each([
    ['ReduceMax', { dtype: 'bf16', shape: [1, 2, 3] }, {}],
    ['QReduce', { ...codes, shape: [1, 2, 3] }, { mode: 'max', multipliers: [1], shifts: [0] }],
  ] as const)('writes the %s that the host searches as a part of the search, which gives elements', (op, type, attrs) => {
    const m: Value = { name: 'm', type: { ...type, shape: [1, 2, 1] } }
    const search: Node = { op: 'ArgMax', inputs: ['x', 'm'], outputs: ['y'], attrs: { axis: 2, keepdims: false } }
    const found: Node = { op, inputs: ['x'], outputs: ['m'], attrs: { axes: [2], keepdims: true, ...attrs } }
    const plain = graphOf(search, [{ name: 'x', type }, m], { dtype: 'f32', shape: [1, 2] })
    const graph = { ...plain, nodes: [found, search], properties: { ...plain.properties, quantizeInputsOnHost: true } }
    const { text } = writeTpu(graph)
    expect(text).toMatch(
      /"tpu.Arg"\(%\d\) \{axis = 2 : i64, keepdims = false, mode = "ArgMax", select_last_index = false, use_int_input = false\} .*, none\)/,
    )
    expect(readTpu(text).nodes[0]).toMatchObject({ op, outputs: ['m'], attrs: { axes: [2], ...attrs } })
    expect(writeTpu({ ...graph, nodes: [found], outputs: ['m'] }).text).toContain('"tpu.Reduce"')
  })

  it('writes a number that was rounded to bfloat16 as a weight: as an attribute it would be another', () => {
    const narrow: TensorType = { dtype: 'bf16', shape: [1, 2] }
    const number = (dtype: 'f32' | 'bf16', data: Float32Array | Uint16Array): Value => ({
      name: 'c',
      type: { dtype, shape: [1] },
      constant: { dtype, shape: [1], data },
    })
    const node: Node = { op: 'Add', inputs: ['x', 'c'], outputs: ['y'], attrs: {} }
    const of = (c: Value) => writeTpu(graphOf(node, [{ name: 'x', type: narrow }, c], narrow))
    const half = of(number('bf16', Uint16Array.of(0x3f00)))
    expect(half.text).toContain('"tpu.Add"')
    expect(half.text).not.toContain('const_val')
    expect([...half.weights.keys()]).toEqual(['c'])
    expect(of(number('f32', Float32Array.of(0.5))).text).toContain('const_val = 5.000000e-01')
  })

  it.each([
    ['[1,2,3]', 1, true],
    ['[1,1,3]', 2, true],
    ['[1,2,3]', 2, false],
    ['[2,2,3]', 1, false],
  ])('says of operands of %s that they lie one behind the other along axis %d: %s', (shape, axis, isOne) => {
    const sizes = JSON.parse(shape) as readonly number[]
    const type: TensorType = { ...codes, shape: sizes }
    const node: Node = { op: 'QConcat', inputs: ['x', 'z'], outputs: ['y'], attrs: { axis, multipliers: [1, 1], shifts: [0, 0] } }
    const operands: readonly Value[] = ['x', 'z'].map((name) => ({ name, type }))
    const graph = graphOf(node, operands, { ...type, shape: sizes.map((size, i) => (i === axis ? 2 * size : size)) })
    const { text } = writeTpu({ ...graph, inputs: [{ name: 'x' }, { name: 'z' }] })
    expect(text).toContain(`only_merge = ${isOne}`)
  })

  it('copies what is concatenated where an operand was laid out anew, and so lies elsewhere already', () => {
    const type: TensorType = { ...codes, shape: [1, 2, 3] }
    const concat: Node = { op: 'QConcat', inputs: ['r', 'x'], outputs: ['y'], attrs: { axis: 1, multipliers: [1, 1], shifts: [0, 0] } }
    const graph = graphOf(
      concat,
      [
        { name: 'x', type },
        { name: 'r', type },
      ],
      { ...type, shape: [1, 4, 3] },
    )
    const reshape: Node = { op: 'Reshape', inputs: ['x'], outputs: ['r'], attrs: { shape: [1, 2, 3] } }
    expect(writeTpu({ ...graph, nodes: [reshape, concat] }).text).toContain('only_merge = false')
  })

  it('writes a difference as a sum with two signs where the family does, but not beside an operand that is repeated, which the chip adds', () => {
    const narrow: TensorType = { dtype: 'bf16', shape: [1, 2] }
    const one: TensorType = { dtype: 'bf16', shape: [1, 1] }
    const held: Value = { name: 'c', type: one, constant: { ...one, data: Uint16Array.of(0x3f80) } }
    const node: Node = { op: 'Sub', inputs: ['x', 'c'], outputs: ['y'], attrs: {} }
    const of = (c: Value, inputs: readonly string[]) => {
      const graph = graphOf(node, [{ name: 'x', type: narrow }, c], narrow)
      return writeTpu({
        ...graph,
        inputs: inputs.map((name) => ({ name })),
        properties: { ...graph.properties, quantizeInputsOnHost: true },
      }).text
    }
    expect(of(held, ['x'])).toContain('"tpu.Sub"')
    expect(of({ name: 'c', type: one }, ['x', 'c'])).toContain('"tpu.Sub"')
    expect(of({ name: 'c', type: narrow }, ['x', 'c'])).toMatch(/"tpu.Add".*coeff = \[1.000000e\+00, -1.000000e\+00\]/)
  })

  it('gives truth values two codes', () => {
    const truth: TensorType = { dtype: 'u8', shape: codes.shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } }
    const node: Node = { op: 'QCompareConstant', inputs: ['x'], outputs: ['y'], attrs: { constant: 4, operation: 'Greater' } }
    expect(writeTpu(graphOf(node, [x], truth)).text).toContain('!quant.uniform<u8<0:1>:f32, 1.000000e+00>')
  })
})

describe('readTpu', () => {
  it('turns a comparison with the number on the left round', () => {
    const truth: TensorType = { dtype: 'u8', shape: codes.shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } }
    const node: Node = { op: 'QCompareConstant', inputs: ['x'], outputs: ['y'], attrs: { constant: 4, operation: 'Greater' } }
    const { text } = writeTpu(graphOf(node, [x], truth))
    expect(readTpu(text.replace('inversed = false', 'inversed = true')).nodes[0]!.attrs['operation']).toBe('Less')
  })

  it('refuses a convolution of elements that are spread', () => {
    const { text } = writeTpu(graphOf(conv({ multipliers: [5], shifts: [7] }), [x, filter('i8')], codes))
    const spread = text.replace('kernel_shape = ', 'inserts = [1, 1], kernel_shape = ')
    expect(() => readTpu(spread)).toThrowError(expect.objectContaining({ code: 'MLIR_FORM' }))
    expect(() => readTpu(spread.replace('[1, 1], kernel', '[0, 0], kernel'))).not.toThrow()
  })

  it('says what it cannot read, and where', () => {
    const { text } = writeTpu(graphOf(conv({ multipliers: [5], shifts: [7] }), [x, filter('i8')], codes))
    expect(() => readTpu(text.replace('tpu.Conv2D', 'tpu.Conv2d'), undefined, { file: 'a.mlir' })).toThrowError(
      expect.objectContaining({
        code: 'MLIR_OPERATION',
        at: ['a.mlir', 'line 7', 'y'],
        hint: expect.stringContaining('tpu.Conv2D') as string,
      }),
    )
    expect(() => readTpu(text.replace('TPU_LOWERED', 'TOP_F32'))).toThrowError(expect.objectContaining({ code: 'MLIR_STATE' }))
    expect(() => readTpu(text.replace('kernel_zp = 0', 'kernel_zp = 3'))).toThrowError(
      expect.objectContaining({ code: 'MLIR_UNSUPPORTED_ATTRIBUTE', found: '3' }),
    )
    expect(() => readTpu(text.replace(', strides = [1, 1]', ''))).toThrowError(
      expect.objectContaining({ code: 'MLIR_ATTRIBUTE', wanted: 'strides of type ints' }),
    )
    expect(() => readTpu(text, new Map())).toThrowError(expect.objectContaining({ code: 'WEIGHT_MISSING', wanted: 'w' }))
  })
})
