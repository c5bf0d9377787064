import { describe, expect, it } from 'vitest'
import { parseQuantizeTable } from './parse-quantize-table.ts'
import { printQuantizeTable } from './print-quantize-table.ts'

const newTable = `version: '2'
quantize_parameters:
  '@conv_3:out0':
    qtype: i8
    quantizer: asymmetric_affine
    rounding: rtne
    max_value: 6.0
    min_value: 0.0
    scale: 0.0235294122248888
    zero_point: -128
  '@conv_3:weight':
    qtype: i8
    quantizer: perchannel_symmetric_affine
    rounding: rtne
    scale:
    - 0.00731
    - 1.0e-05
    channel_dim: 0
  '@fc_4:out0':
    qtype: i16
    quantizer: dynamic_fixed_point
    rounding: rtne
    max_value: 643.6817626953125
    min_value: -0.5
    fl: 5
customized_quantize_layers:
  fc_4: dynamic_fixed_point-i16
`

const oldTable = `%YAML 1.2
---
# !!!This file disallow TABs!!!
quantize_parameters:
    '@conv_3:out0':
        dtype: asymmetric_affine
        method: layer
        max_value: 6.0
        min_value: 0.0
        zero_point:
        -   0
        scale:
        -   0.0235294122248888
        qtype: u8
    '@conv_3:weight':
        dtype: dynamic_fixed_point
        method: layer
        max_value:
        -   0.25
        min_value:
        -   -1.5e-05
        fl:
        -   9
        qtype: i8
    '@conv_3:bias':
        dtype: asymmetric_affine
        method: layer
        max_value:
        min_value:
        zero_point:
        scale:
        qtype: i32
customized_quantize_layers: {}
`

const read = (text: string) => parseQuantizeTable(text, 'net.quantize')
const faultOf = (text: string) => {
  try {
    read(text)
  } catch (error) {
    return error
  }
  return undefined
}

describe('a table of the toolkit', () => {
  it.each([
    ['new', newTable],
    ['old', oldTable],
    ['old, its choices first', oldTable.replace(/(quantize_parameters:[^]*)(customized_quantize_layers: \{\}\n)/, '$2$1')],
    ['empty', 'quantize_parameters: {}\ncustomized_quantize_layers: {}\n'],
  ])('%s: is written as it was read', (_, text) => {
    expect(printQuantizeTable(read(text).table)).toBe(text)
    expect(read(text).diagnostics).toEqual([])
  })

  it('tells what its entries say', () => {
    const { table } = read(newTable)
    expect(table.version).toMatchObject({ text: '2' })
    expect(table.entries.get('@fc_4:out0')).toEqual({
      qtype: 'i16',
      quantizer: 'dynamic_fixed_point',
      rounding: 'rtne',
      min: -0.5,
      max: 643.6817626953125,
      fl: [5],
    })
    expect(table.entries.get('@conv_3:weight')).toMatchObject({ scale: [0.00731, 1e-5], channelDim: 0 })
    expect(read(oldTable).table.entries.get('@conv_3:bias')).toEqual({
      qtype: 'i32',
      quantizer: 'asymmetric_affine',
      scale: [],
      zeroPoint: [],
    })
  })

  it('takes layers that are not moved in, as the manual prints them, and says so', () => {
    const { table, diagnostics } = read(newTable.replace('  fc_4:', 'fc_4:').concat('attach_a/out0_0: float32\n'))
    expect([...table.customized]).toEqual([
      ['fc_4', 'dynamic_fixed_point-i16'],
      ['attach_a/out0_0', 'float32'],
    ])
    expect(diagnostics).toMatchObject([{ code: 'CUSTOMIZED_LAYERS_OUTSIDE', at: ['net.quantize', 'fc_4'] }])
    expect(printQuantizeTable(table)).toContain(
      'customized_quantize_layers:\n  fc_4: dynamic_fixed_point-i16\n  attach_a/out0_0: float32\n',
    )
  })

  it.each([
    ['no table', 'layers: {}\n', ['net.quantize'], 'layers'],
    ['a name that is none', newTable.replace('@conv_3:out0', 'conv_3'), ['net.quantize', 'conv_3'], 'conv_3'],
    ['an unknown key', newTable.replace('rounding', 'roundng'), ['net.quantize', '@conv_3:out0', 'roundng'], 'a key of no meaning'],
    ['an unknown type', newTable.replace('qtype: i8', 'qtype: i7'), ['net.quantize', '@conv_3:out0', 'qtype'], 'i7'],
    ['no type', newTable.replace('    qtype: i8\n', ''), ['net.quantize', '@conv_3:out0'], 'no qtype'],
    ['a word for a number', newTable.replace('max_value: 6.0', 'max_value: six'), ['net.quantize', '@conv_3:out0', 'max_value'], 'six'],
    ['a broken point', newTable.replace('fl: 5', 'fl: 5.5'), ['net.quantize', '@fc_4:out0', 'fl'], '5.5'],
    [
      'a choice without a type',
      newTable.replace(': dynamic_fixed_point-i16', ':'),
      ['net.quantize', 'customized_quantize_layers', 'fc_4'],
      'nothing',
    ],
    ['a stray key', newTable.replace('version', 'versoin'), ['net.quantize', 'versoin'], 'a key of no meaning'],
  ])('%s is refused with its place', (_, text, at, found) => {
    expect(faultOf(text)).toMatchObject({ code: 'QUANTIZE_TABLE', at, found, wanted: expect.any(String), hint: expect.any(String) })
  })

  it.each([
    ['a key twice', newTable.replace('@fc_4:out0', '@conv_3:out0')],
    ['an alias', newTable.replace('rounding: rtne', 'rounding: &r rtne')],
    ['a tab', newTable.replace("  '@conv_3:out0'", "\t'@conv_3:out0'")],
    ['a list', '- a\n'],
  ])('%s is no YAML of the toolkit', (_, text) => {
    expect(faultOf(text)).toMatchObject({
      code: 'YAML_TEXT',
      found: expect.any(String),
      wanted: expect.any(String),
      hint: expect.any(String),
    })
  })
})
