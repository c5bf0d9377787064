import { describe, expect, it } from 'vitest'
import { forms } from '../normalize/forms.ts'
import { extension, float } from './signature.ts'
import { attributeAt, operandAt, signatures, unhonoured, withDefaults } from './signatures.ts'
import { onnxOps } from './written-ops.ts'

const signatureOf = (op: string) => signatures.get(op)!

describe('signatures', () => {
  it('every operator that can stand in a network has one', () => {
    expect(Object.keys(forms).filter((op) => !signatures.has(op))).toEqual([])
  })

  it('a version has its own attributes and operands', () => {
    expect(attributeAt(signatureOf('Softmax'), 'axis', 12)?.default).toBe(1)
    expect(attributeAt(signatureOf('Softmax'), 'axis', 13)?.default).toBe(-1)
    expect(attributeAt(signatureOf('Clip'), 'min', 10)).toBeDefined()
    expect(attributeAt(signatureOf('Clip'), 'min', 11)).toBeUndefined()
    expect(operandAt(signatureOf('Resize'), 'scales', 10)).toBe(1)
    expect(operandAt(signatureOf('Resize'), 'scales', 13)).toBe(2)
    expect(operandAt(signatureOf('Resize'), 'sizes', 10)).toBe(3)
    expect(() => operandAt(signatureOf('Resize'), 'axes', 18)).toThrow('Resize has no operand axes')
  })

  it("fills in ONNX's defaults, also of attributes that came later, and keeps what is given", () => {
    expect(withDefaults(signatureOf('ArgMax'), { axis: 2 }, 9)).toEqual({ axis: 2, keepdims: 1, select_last_index: 0 })
    expect(withDefaults(signatureOf('Squeeze'), { axes: [1] }, 11)).toEqual({ axes: [1] })
    expect(withDefaults(undefined, { anything: 1 }, 11)).toEqual({ anything: 1 })
  })

  it('tells what values of attributes are not honoured', () => {
    expect(unhonoured(signatureOf('Pad'), { mode: 'mirror' }, 19)).toEqual([
      { name: 'mode', value: 'mirror', wanted: ['constant', 'reflect', 'edge', 'wrap'], isLeftOut: false },
    ])
    expect(unhonoured(signatureOf('BitShift'), { direction: 'UP' }, 18)).toEqual([
      { name: 'direction', value: 'UP', wanted: ['LEFT', 'RIGHT'], isLeftOut: false },
    ])
    expect(unhonoured(signatureOf('BatchNormalization'), { momentum: 0.5, training_mode: 0 }, 15)).toEqual([])
    expect(unhonoured(signatureOf('BatchNormalization'), { is_test: 1 }, 6)).toEqual([])
    expect(unhonoured(signatureOf('BatchNormalization'), {}, 6)).toEqual([{ name: 'is_test', value: 0, wanted: [1], isLeftOut: true }])
    expect(unhonoured(signatureOf('BatchNormalization'), {}, 7)).toEqual([])
  })

  it('attributes that are written down in the wrong place, or by hand, are refused', () => {
    expect(() => extension('Wobble', 'X', { alpha: float(1) } as never)).toThrow('the signature of Wobble has no part alpha')
    expect(() => extension('Wobble', 'X', { attrs: { alpha: 1 } } as never)).toThrow('the attribute alpha of Wobble')
  })

  it('an extension has the attributes written down', () => {
    const wobble = extension('Wobble', 'X', { attrs: { alpha: float(1) } })
    expect(withDefaults(wobble, {}, 13)).toEqual({ alpha: 1 })
    expect(unhonoured(wobble, { alpha: 2 }, 13)).toEqual([])
    expect(attributeAt(wobble, 'beta', 13)).toBeUndefined()
  })

  it('an operator that ONNX does not have is read, and not written', () => {
    expect(extension('Wobble', 'X')).toMatchObject({ name: 'Wobble', isOnnx: false, since: 1 })
    expect(signatures.get('Mish')?.isOnnx).toBe(true)
    expect([...signatures.values()].filter(({ isOnnx, name }) => !isOnnx && onnxOps.has(name))).toEqual([])
  })

  it('operators are written with the attributes of the version that is written', () => {
    expect(Object.keys(onnxOps.get('Clip')!.attrs)).toEqual([])
    expect(onnxOps.get('Cast')!.attrs['to']).toMatchObject({ type: 'int' })
    expect(onnxOps.has('Swish')).toBe(false)
    expect(onnxOps.has('com.microsoft.QLinearAdd')).toBe(true)
    expect(() => onnxOps.get('Relu')!.infer({} as never, {} as never)).toThrow('only written')
  })
})
