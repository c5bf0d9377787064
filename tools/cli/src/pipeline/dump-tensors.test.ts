import type { Graph, Tensor, TensorType } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { dumpTensors } from './dump-tensors.ts'

/** A graph of one value. */
function graphOf(type: TensorType): Graph {
  const values = new Map([['x', { name: 'x', type }]])
  return { name: 'g', inputs: [], outputs: ['x'], nodes: [], values, constants: new Map(), properties: {} } as unknown as Graph
}

const dump = (type: TensorType, data: Tensor['data'], form: 'floats' | 'fixed' | 'codes') =>
  dumpTensors(graphOf(type), new Map([['x', { dtype: type.dtype, shape: type.shape, data } as Tensor]]), form).get('x')!

const int8 = { dtype: 'i8', shape: [3], quant: { scale: 0.1, zeroPoint: 2 } } as unknown as TensorType

describe('integers', () => {
  const codes = Int8Array.of(-128, 2, 127)

  it('stand for (code - zero point) times the float32 scale', () => {
    const { dtype, data } = dump(int8, codes, 'floats')
    expect(dtype).toBe('f32')
    expect([...(data as Float32Array)]).toEqual([Math.fround(-130 * Math.fround(0.1)), 0, Math.fround(125 * Math.fround(0.1))])
  })

  it('are numbers with --out_fixed, and themselves with --codes', () => {
    expect(dump(int8, codes, 'fixed')).toEqual({ dtype: 'f32', shape: [3], data: Float32Array.of(-128, 2, 127) })
    expect(dump(int8, codes, 'codes')).toMatchObject({ dtype: 'i8', data: codes })
  })

  it('that an executor hands out as floats are integers with --codes, and floats where their type does not hold them', () => {
    const places: TensorType = { dtype: 'i32', shape: [2] }
    expect(dump(places, Float32Array.of(3, -1), 'codes')).toEqual({ dtype: 'i32', shape: [2], data: Int32Array.of(3, -1) })
    expect(dump(places, Float32Array.of(3, 0.5), 'codes').dtype).toBe('f32')
    expect(dump(int8, Float32Array.of(-129, 2, 127), 'codes').dtype).toBe('f32')
  })
})

describe('short floats with --codes', () => {
  const type = (dtype: 'f16' | 'bf16') => ({ dtype, shape: [2] }) as unknown as TensorType

  it('float16 stays float16, bfloat16 becomes its bits', () => {
    expect(dump(type('f16'), Float32Array.of(1, -2), 'codes')).toEqual({ dtype: 'f16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) })
    expect(dump(type('bf16'), Float32Array.of(1, -2), 'codes')).toEqual({ dtype: 'u16', shape: [2], data: Uint16Array.of(0x3f80, 0xc000) })
  })

  it('numbers the type cannot hold stay float32', () => {
    const data = Float32Array.of(1, 1.0001)
    expect(dump(type('f16'), data, 'codes')).toEqual({ dtype: 'f32', shape: [2], data })
    expect(dump(type('bf16'), data, 'codes')).toEqual({ dtype: 'f32', shape: [2], data })
  })
})
