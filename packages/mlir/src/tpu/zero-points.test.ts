import type { Node, TensorType, Value } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { parseMlir, readTpu, writeTpu } from '../index.ts'
import { codes, graphOf } from './fixtures/one-node.ts'

const x: Value = { name: 'x', type: codes }

describe('codes with a zero point', () => {
  const shifted: TensorType = { ...codes, quant: { ...codes.quant!, zeroPoint: 7 } }
  const given: Value = { name: 'x', type: shifted }

  it('have a border that counts in averages of real factors, whatever the text says; others keep what it says', () => {
    const attrs = { kernel_shape: [1, 1], strides: [2, 2], pads: [1, 1, 1, 1], scale: 0.5, offset: 1 }
    const pool: Node = { op: 'QAveragePool', inputs: ['x'], outputs: ['y'], attrs }
    const counting: Node = { ...pool, attrs: { ...attrs, count_include_pad: true } }
    const said = (operand: Value): string => writeTpu(graphOf(counting, [operand], codes)).text.replace('pad = true', 'pad = false')
    const countsBorder = (operand: Value): boolean => readTpu(said(operand)).nodes[0]!.attrs['count_include_pad'] === true
    expect(countsBorder(given)).toBe(true)
    expect(countsBorder(x)).toBe(false)
    expect(() => writeTpu(graphOf(pool, [given], codes))).toThrow(expect.objectContaining({ code: 'MLIR_UNSUPPORTED_ATTRIBUTE' }))
  })

  it('are taken as they are by products whose bias makes up for it: the text tells none', () => {
    const matrix: Value = {
      name: 'w',
      type: { dtype: 'i8', shape: [3, 3] },
      constant: { dtype: 'i8', shape: [3, 3], data: new Int8Array(9) },
    }
    const product = (attrs: Node['attrs']): Node => ({ op: 'QMatMul', inputs: ['x', 'w'], outputs: ['y'], attrs })
    const told = (attrs: Node['attrs']) =>
      parseMlir(writeTpu(graphOf(product(attrs), [given, matrix], codes)).text)
        .operations.at(-1)!
        .attributes.get('input_zp')
    expect(told({ multipliers: [1], shifts: [0] })).toMatchObject({ value: 0 })
  })
})
