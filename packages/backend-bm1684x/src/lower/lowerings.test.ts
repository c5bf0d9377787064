import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { graphOf, lowered } from '../../test/lowered-one.ts'
import { bm1684x } from '../bm1684x.ts'

describe('convolution', () => {
  /*
   * By hand: input 0..2 (scale 2/255), result -4..4 (scale 4/127), weights 0.5, -0.25, 0.1: the scale is float32(0.5 / 127) =
   * 0.003937007859349251, just below, so -63.5000002 rounds to -64 and the bias 3238.50006 to 3239. The factor
   * float32(0.0009803920984...) is 65793 / 2^26.
   */
  const one = {
    op: 'Conv',
    inputs: ['x', 'w', 'b'],
    attrs: { strides: [1, 1], pads: [0, 0, 0, 0] },
    result: [1, 1, 1, 1],
    ranges: { x: { min: 0, max: 2 }, y: { min: -4, max: 4 } },
    constants: { w: { shape: [1, 1, 1, 3], data: [0.5, -0.25, 0.1] }, b: { shape: [1], data: [0.1] } },
  }

  it('rounds weights by a float32 scale, the bias by both scales, and finds the multiplier', () => {
    const { node, constant } = lowered(one)
    expect(constant('y_filter_i8')).toEqual([127, -64, 25])
    expect(constant('y_bias_int32')).toEqual([3239])
    expect(node.attrs).toMatchObject({ multipliers: [65793], shifts: [26], rounding: 'half-up' })
  })

  it('keeps one scale for weights that are whole already, unsigned without a bias', () => {
    const { node, constant } = lowered({ ...one, inputs: ['x', 'w'], constants: { w: { shape: [1, 1, 1, 3], data: [1, 0, 1] } } })
    expect(constant('y_filter_u8')).toEqual([1, 0, 1])
    // 2/255 over 4/127 is 0.249019...
    expect(node.attrs.multipliers as readonly number[]).toHaveLength(1)
    expect((node.attrs.multipliers as number[])[0]! / 2 ** (node.attrs.shifts as number[])[0]!).toBeCloseTo(2 / 255 / (4 / 127), 7)
  })

  it('tells of an operand so small that it is counted in other steps', () => {
    const told = (op: string, weights: string, shape: string, threshold: number) => {
      const graph = parseGraph(
        `x: f32[1,1,2,2]; w: f32[1,1,1,1] = [${weights}]; y: f32[${shape}] = ${op}(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}`,
      )
      const row = { threshold, min: -threshold, max: threshold }
      const float = { ...graph, outputs: ['y'], properties: { stage: 'float' } }
      const { diagnostics } = resolve(
        float,
        new Map([
          ['x', row],
          ['y', row],
        ]),
        new Map(),
        bm1684x(),
        { mode: 'INT8' },
      )
      return diagnostics.map(({ code, at }) => [code, at])
    }
    // 127 steps of 1e-5 are 0.00127.
    for (const op of ['Conv', 'ConvTranspose']) {
      expect(told(op, '0.3', '1,1,2,2', 0.00126)).toEqual([['OPERAND_VANISHES', ['y']]])
      expect(told(op, '0.3', '1,1,2,2', 0.00128)).toEqual([])
    }
  })

  it('with computed weights runs in float32', () => {
    const { graph } = lowered({
      ...one,
      inputs: ['x', 'z'],
      shape: [1, 1, 1, 1],
      constants: {},
      ranges: { ...one.ranges, z: { min: -1, max: 1 } },
    })
    expect(graph.values.get('y')!.type.dtype).toBe('f32')
  })
})

describe('element-wise', () => {
  it('a sum brings each operand to the scale of the result by 8 bits: 0.4 is 51 / 2^7, 1.3 is 83 / 2^6', () => {
    const { node } = lowered({
      op: 'Add',
      inputs: ['x', 'z'],
      ranges: { x: { min: -4, max: 4 }, z: { min: -13, max: 13 }, y: { min: -10, max: 10 } },
    })
    expect(node.attrs).toMatchObject({ multipliers: [51, 83], shifts: [7, 6] })
  })

  it('a number is rounded to the scale of the result, then shifted', () => {
    const { node } = lowered({
      op: 'Add',
      inputs: ['x', 'c'],
      constants: { c: { shape: [1], data: [2] } },
      ranges: { x: { min: -4, max: 4 }, y: { min: -12.7, max: 12.7 } },
    })
    // 2 is 20 steps of 0.1, the scale of the result; K is shifted by whatever shift the multiplier needs.
    expect(node.attrs.constant).toBe(20 * 2 ** (node.attrs.shifts as number[])[0]!)
  })

  it('the absolute value is a copy of scales, half of the range is never used', () => {
    const { graph } = lowered({ op: 'Abs', inputs: ['x'], ranges: { x: { min: -4, max: 4 }, y: { min: 0, max: 4 } } })
    expect(graph.values.get('y')!.type.quant!.scale).toBe(graph.values.get('xy_si8')!.type.quant!.scale)
  })
})

describe('tables', () => {
  it('hold the function at every code, negative codes in the second half', () => {
    const { constant } = lowered({ op: 'Tanh', inputs: ['x'], ranges: { x: { min: -1.27, max: 1.27 }, y: { min: -1.27, max: 1.27 } } })
    const table = constant('y_table')
    expect(table[0]).toBe(0)
    expect(table[100]).toBe(Math.round(Math.tanh(1) * 100))
    expect(table[256 - 100]).toBe(-Math.round(Math.tanh(1) * 100))
  })

  it('give the smallest code where the function is infinite or undefined', () => {
    const { constant } = lowered({ op: 'Log', inputs: ['x'], ranges: { x: { min: -4, max: 4 }, y: { min: -4, max: 4 } } })
    expect(constant('y_table')[0]).toBe(-128)
    expect(constant('y_table')[200]).toBe(-128)
  })

  it('of a softmax leave out subnormal exponentials', () => {
    const { constant } = lowered({
      op: 'Softmax',
      inputs: ['x'],
      attrs: { axis: 1 },
      shape: [1, 3, 1, 1],
      ranges: { x: { min: -127, max: 127 }, y: { min: 0, max: 1 } },
    })
    const table = constant('y_table')
    expect(table[0]).toBe(1)
    expect(table[1]).toBe(Math.fround(Math.exp(-1)))
    expect(table[87]).toBeGreaterThan(0)
    expect(table[88]).toBe(0)
  })
})

describe('names', () => {
  it('a joined operand of another scale is requantized behind its producer', () => {
    const { graph } = lowered({
      op: 'Concat',
      inputs: ['x', 'z'],
      attrs: { axis: 1 },
      result: [1, 2, 1, 3],
      ranges: { x: { min: 0, max: 4 }, z: { min: -2, max: 2 }, y: { min: -4, max: 4 } },
    })
    expect(graph.nodes.map(({ outputs }) => outputs[0])).toEqual(['xx_to_y_ui8', 'x_to_y', 'zz_to_y_si8', 'z_to_y', 'y', 'y_f32'])
  })

  it('a softmax over fewer than four axes is called after its last reshape', () => {
    const { graph } = lowered({
      op: 'Softmax',
      inputs: ['x'],
      attrs: { axis: 1 },
      shape: [1, 3],
      ranges: { x: { min: -4, max: 4 }, y: { min: 0, max: 1 } } as never,
    })
    expect(graph.outputs).toEqual(['y__softmax_reshape_f32'])
  })
})

describe('selection and copies', () => {
  it('the limit of a ReLU is a float number and not compared with codes', () => {
    const { node } = lowered({
      op: 'Relu',
      inputs: ['x'],
      attrs: { reluLimit: 1 },
      ranges: { x: { min: 0, max: 1 }, y: { min: 0, max: 1 } },
    })
    expect(node.attrs.reluLimit).toBe(-1)
  })

  it('a branch that is one number keeps it in half floats', () => {
    const graph = graphOf({
      op: 'Where',
      inputs: ['c', 'n', 'x'],
      ranges: {},
      constants: { c: { shape: [1, 1, 1, 3], data: [1, 0, 1] }, n: { shape: [1], data: [-5] } },
    })
    const resolved = resolve(graph, undefined, new Map(), bm1684x(), { mode: 'F16' }).graph
    const [, chosen] = resolved.nodes.find(({ outputs }) => outputs[0] === 'y')!.inputs
    expect(resolved.values.get(chosen!)!.constant).toMatchObject({ dtype: 'f32', data: Float32Array.of(-5) })
  })

  it('a constant condition becomes bytes named after the layer', () => {
    const { node, constant } = lowered({
      op: 'Where',
      inputs: ['c', 'n', 'x'],
      ranges: { x: { min: -1.27, max: 1.27 }, y: { min: -1.27, max: 1.27 } },
      constants: { c: { shape: [1, 1, 1, 3], data: [1, 0, 1] }, n: { shape: [1], data: [0.5] } },
    })
    expect(node.inputs[0]).toBe('y_i8')
    expect(constant('y_i8')).toEqual([1, 0, 1])
    expect(constant(node.inputs[1]!)).toEqual([50])
  })

  it('a tensor is turned round in float32 only', () => {
    const table = new Map(['x', 'y'].map((name) => [name, { threshold: 1, min: -1, max: 1 }]))
    const graph = graphOf({ op: 'Reverse', inputs: ['x'], attrs: { axis: 3 }, ranges: {} })
    for (const mode of ['INT8', 'F16'] as const) {
      const resolved = resolve(graph, table, new Map(), bm1684x(), { mode }).graph
      expect(resolved.values.get('y')!.type.dtype).toBe('f32')
    }
  })
})

describe('layer normalization', () => {
  it('with an addend but no factor is followed by an addition', () => {
    const graph = graphOf({
      op: 'LayerNormalization',
      inputs: ['x', 'g', 'b'],
      attrs: { axis: 3 },
      ranges: {},
      constants: { b: { shape: [1, 1, 1, 3], data: [1, 2, 3] } },
    })
    const [node] = graph.nodes
    const plain = { ...graph, inputs: [{ name: 'x' }], nodes: [{ ...node!, inputs: ['x', undefined, 'b'] }] }
    const resolved = resolve(plain, undefined, new Map(), bm1684x(), { mode: 'F16' }).graph
    expect(resolved.nodes.map(({ op, inputs, outputs }) => [op, outputs[0], inputs.filter((each) => each !== undefined)])).toEqual([
      ['Cast', 'xy_f16', ['x']],
      ['LayerNormalization', 'y', ['xy_f16']],
      ['Add', 'y_affine_add', ['y', 'b_f16']],
      ['Cast', 'y_affine_add_f32', ['y_affine_add']],
    ])
    expect(resolved.outputs).toEqual(['y_affine_add_f32'])
  })
})

describe('modes', () => {
  it('that are not there are refused with a list', () => {
    const graph = graphOf({ op: 'Relu', inputs: ['x'], ranges: {} })
    for (const mode of ['W4BF16', 'W4F16', 'INT4'] as const) {
      expect(() => resolve(graph, undefined, new Map(), bm1684x(), { mode })).toThrowError(
        expect.objectContaining({ code: 'MODE_UNSUPPORTED', wanted: 'INT8, F16, BF16, F32, W4INT8' }),
      )
    }
    expect(() => resolve(graph, new Map(), new Map(), bm1684x(), { mode: 'INT8', asymmetric: true })).toThrowError(
      expect.objectContaining({ code: 'MODE_UNSUPPORTED' }),
    )
  })

  it('half floats keep the bias of a convolution in float32 and round its weights', () => {
    const graph = graphOf({
      op: 'Conv',
      inputs: ['x', 'w', 'b'],
      attrs: { strides: [1, 1], pads: [0, 0, 0, 0] },
      result: [1, 1, 1, 1],
      ranges: {},
      constants: { w: { shape: [1, 1, 1, 3], data: [1, 0.1, -2] }, b: { shape: [1], data: [0.1] } },
    })
    const resolved = resolve(graph, undefined, new Map(), bm1684x(), { mode: 'F16' }).graph
    expect(resolved.nodes.find(({ outputs }) => outputs[0] === 'y')!.inputs).toEqual(['xy_f16', 'w_f16', 'b'])
    // 1, the half nearest to 0.1 (0x2e66), -2
    expect(resolved.values.get('w_f16')!.constant!.data).toEqual(Uint16Array.of(0x3c00, 0x2e66, 0xc000))
  })
})

describe('averages', () => {
  const pool = {
    op: 'AveragePool',
    inputs: ['x'],
    shape: [1, 1, 3, 3],
    result: [1, 1, 3, 3],
    ranges: { x: { min: -4, max: 4 }, y: { min: -4, max: 4 } },
  }
  const attrs = { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }

  it('at a border that does not count are told of: every second one is a code off in the simulator of TPU-MLIR 1.30.2', () => {
    expect(lowered({ ...pool, attrs }).diagnostics).toMatchObject([{ level: 'warning', code: 'COMPUTED_OTHERWISE', at: ['y'] }])
    expect(lowered({ ...pool, attrs: { ...attrs, count_include_pad: true } }).diagnostics).toEqual([])
    expect(lowered({ ...pool, result: [1, 1, 1, 1], attrs: { ...attrs, pads: [0, 0, 0, 0] } }).diagnostics).toEqual([])
  })
})

describe('a Cast', () => {
  const cast = { op: 'Cast', inputs: ['x'], ranges: { x: { min: -400, max: 400 }, y: { min: -128, max: 127 } } }

  it('to 8 or 16 bits does not wrap on the chip, which is told', () => {
    const { graph, diagnostics } = lowered({ ...cast, attrs: { to: 'i8' } })
    expect(graph.nodes.find(({ op }) => op === 'Cast')!.attrs['to']).toBe('i32')
    expect(diagnostics).toMatchObject([{ level: 'warning', code: 'COMPUTED_OTHERWISE', at: ['y'] }])
    expect(lowered({ ...cast, attrs: { to: 'i32' } }).diagnostics).toEqual([])
  })

  it('to half precision makes such numbers', () => {
    const { graph, diagnostics } = lowered({ ...cast, attrs: { to: 'f16' } })
    expect(graph.values.get('y')!.type.dtype).toBe('f16')
    expect(diagnostics).toEqual([])
  })
})
