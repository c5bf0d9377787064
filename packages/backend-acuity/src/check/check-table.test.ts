import { describe, expect, it } from 'vitest'
import { parseModel } from '../files/model-json.ts'
import type { TableEntry } from '../files/quantize-table/quantize-table.ts'
import { checkTable } from './check-table.ts'

const layer = (op: string, ...inputs: readonly string[]) => ({ name: op, op, inputs, outputs: ['out0'] })
const model = parseModel(
  JSON.stringify({
    MetaData: {},
    Layers: {
      join_0: layer('concat', '@fc_1:out0', '@conv_2:out0'),
      fc_1: layer('fullconnect', '@conv_2:out0'),
      conv_2: layer('convolution', '@input_3:out0'),
      input_3: layer('input'),
    },
  }),
  'net.json',
)
const u8 = (min: number, max: number): TableEntry => ({ qtype: 'u8', quantizer: 'asymmetric_affine', min, max, scale: [1], zeroPoint: [0] })
const i16 = (min: number, max: number): TableEntry => ({ qtype: 'i16', quantizer: 'dynamic_fixed_point', min, max, fl: [8] })
const fine = {
  '@input_3:out0': u8(0, 1),
  '@conv_2:out0': u8(-3, 5),
  '@conv_2:weight': u8(-1, 1),
  '@fc_1:out0': u8(0, 6),
  '@fc_1:weight': u8(-1, 1),
}
const check = (entries: Readonly<Record<string, TableEntry>>, customized: Readonly<Record<string, string>> = {}) =>
  checkTable(
    { form: 'new', head: [], entries: new Map(Object.entries({ ...fine, ...entries })), customized: new Map(Object.entries(customized)) },
    model,
  )

describe('a table beside its model', () => {
  it('is fine', () => expect(check({}, { conv_2: 'dynamic_fixed_point-i16' })).toEqual([]))

  it.each([
    ['a listed layer that there is not', {}, { conv_3: 'float32' }, 'CUSTOMIZED_LAYER_UNKNOWN', 'conv_3', 'did you mean conv_2?'],
    [
      'a listed type that there is not',
      {},
      { conv_2: 'dynamic_fixed_point-i61' },
      'CUSTOMIZED_TYPE_UNKNOWN',
      'conv_2',
      'did you mean dynamic_fixed_point-i16',
    ],
    ['an entry of another model', { '@conv_9:out0': u8(0, 1) }, {}, 'TABLE_STALE', '@conv_9:out0', '--rebuild'],
    [
      'a bias without a scale',
      { '@fc_1:bias': { qtype: 'i32', quantizer: 'asymmetric_affine', scale: [] } },
      {},
      'BIAS_EMPTY',
      '@fc_1:bias',
      'dtype_converter',
    ],
    ['what no sample has reached', { '@fc_1:out0': u8(0, 0) }, {}, 'NOT_CALIBRATED', '@fc_1:out0', 'calibrate'],
    [
      'a power of two',
      { '@input_3:out0': i16(-1, 4), '@conv_2:weight': i16(-1, 0.5) },
      {},
      'POWER_OF_TWO',
      '@input_3:out0',
      '4, is a power of two',
    ],
    [
      'wide codes beside narrow weights',
      { '@conv_2:out0': i16(-3, 5) },
      {},
      'TYPES_DO_NOT_MEET',
      'fc_1',
      'reads i16d from @conv_2:out0 beside a weight of u8a',
    ],
    ['joined ranges that are far apart', { '@conv_2:out0': u8(0, 640) }, {}, 'RANGES_APART', 'join_0', '107 times the range of @fc_1:out0'],
  ] as const)('%s is told', (_, entries, customized, code, at, text) => {
    expect(check(entries as Readonly<Record<string, TableEntry>>, customized as Readonly<Record<string, string>>)).toMatchObject([
      { level: 'warning', code, at: [at], message: expect.stringContaining(text) },
    ])
  })
})
