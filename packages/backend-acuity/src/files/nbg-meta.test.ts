import { describe, expect, it } from 'vitest'
import { codesOfPort, elementsOfPort, numbersOfPort, parseNbgMeta } from './nbg-meta.ts'

const port = (more: Readonly<Record<string, unknown>>) => ({ name: 'x', shape: [1, 3], format: 'nchw', ...more })
const newer = port({
  quantizer: 'asymmetric_affine',
  quantize: { qtype: 'u8', max_value: 6, min_value: 0, scale: 0.0235294122248888, zero_point: 0 },
})
const older = port({ dtype: 'dynamic_fixed_point', quantize: { qtype: 'i16', max_value: 6, min_value: 0, fl: [12] } })
const text = (input: unknown, output: unknown = port({ dtype: 'float16' })) =>
  JSON.stringify({ Inputs: { x_1: input }, Outputs: { 'attach_y/out0_0': output }, Recurrent_connections: {} })
const read = (input: unknown) => parseNbgMeta(text(input), 'nbg_meta.json').inputs[0]!

describe('an nbg_meta.json', () => {
  it('says what codes of inputs and outputs stand for, in both generations', () => {
    expect(parseNbgMeta(text(newer), 'nbg_meta.json')).toEqual({
      inputs: [
        {
          lid: 'x_1',
          name: 'x',
          shape: [1, 3],
          format: { type: 'u8', scale: 0.0235294122248888, zeroPoint: 0 },
          range: { min: 0, max: 6 },
        },
      ],
      outputs: [{ lid: 'attach_y/out0_0', name: 'x', shape: [1, 3], format: { type: 'float16' } }],
    })
    expect(read(older).format).toEqual({ type: 'i16', fl: 12 })
  })

  // ReLU6 of spec/acuity.md 4.2.
  it.each([
    ['u8', newer, [0, 1, 128, 255], [0.0117, 0.01177, 3, 7]],
    ['i16', older, [48, 12288, 28672], [0.0117, 3, 7]],
  ])('%s: numbers become its codes and come back', (_, input, codes, numbers) => {
    expect(codesOfPort(read(input), numbers)).toEqual(codes)
    expect([...numbersOfPort(read(older), [12288, 28672])]).toEqual([3, 7])
    expect(numbersOfPort(read(newer), [128])[0]!.toPrecision(9)).toBe('3.01176476')
  })

  it('bytes of a board are codes, or floats', () => {
    expect([...elementsOfPort(read(newer), Uint8Array.of(0, 128, 255), 'a.dat')]).toEqual([0, 128, 255])
    expect([...elementsOfPort(read(older), Uint8Array.of(0, 0, 1, 0, 0xff, 0xff), 'a.dat')]).toEqual([0, 1, -1])
    // 1, -2 and 0.5 in half floats.
    expect([...elementsOfPort(read(port({ dtype: 'float16' })), Uint8Array.of(0, 0x3c, 0, 0xc0, 0, 0x38), 'a.dat')]).toEqual([1, -2, 0.5])
    expect([...elementsOfPort(read(port({ dtype: 'bfloat16' })), Uint8Array.of(0x80, 0x3f, 0, 0xc0, 0, 0x3f), 'a.dat')]).toEqual([
      1, -2, 0.5,
    ])
    const file = (numbers: ArrayBufferView) => new Uint8Array(numbers.buffer as ArrayBuffer)
    expect([...elementsOfPort(read(port({ dtype: 'float32' })), file(Float32Array.of(1, -2, 3)), 'a.dat')]).toEqual([1, -2, 3])
    expect([...elementsOfPort(read(port({ dtype: 'int32' })), file(Int32Array.of(1, -2, 3)), 'a.dat')]).toEqual([1, -2, 3])
    expect([...elementsOfPort(read(port({ dtype: 'int64' })), file(BigInt64Array.of(1n, -2n, 3n)), 'a.dat')]).toEqual([1, -2, 3])
    expect(() => elementsOfPort(read(older), new Uint8Array(4), 'a.dat')).toThrow(
      expect.objectContaining({ code: 'NBG_DATA', found: '4 bytes', wanted: '6: i16 of [1, 3]' }),
    )
  })

  it.each([
    ['no JSON', '{', ['nbg_meta.json']],
    ['no inputs', '{}', ['nbg_meta.json', 'Inputs']],
    ['a port without a shape', text({ name: 'x' }), ['nbg_meta.json', 'Inputs', 'x_1', 'shape']],
    ['a type that there is not', text(port({ dtype: 'float8' })), ['nbg_meta.json', 'Inputs', 'x_1', 'dtype']],
    ['codes that there are not', text({ ...newer, quantize: { qtype: 'u4' } }), ['nbg_meta.json', 'Inputs', 'x_1', 'quantize', 'qtype']],
    ['no scale', text({ ...newer, quantize: { qtype: 'u8', zero_point: 0 } }), ['nbg_meta.json', 'Inputs', 'x_1', 'quantize', 'scale']],
    ['another scheme', text({ ...newer, quantizer: 'other' }), ['nbg_meta.json', 'Inputs', 'x_1', 'quantizer']],
  ])('%s is refused with its place', (_, broken, at) => {
    expect(() => parseNbgMeta(broken, 'nbg_meta.json')).toThrow(expect.objectContaining({ code: 'NBG_META', at }))
  })
})
