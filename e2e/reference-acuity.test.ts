import { readdirSync, readFileSync } from 'node:fs'
import {
  type AcuityModel,
  affineBiasScale,
  asymmetricFormat,
  checkTable,
  fixedPointFormat,
  keyOfTensor,
  parseEntropy,
  parseInputMeta,
  parseModel,
  parseQuantizeTable,
  printEntropy,
  printInputMeta,
  printModel,
  printQuantizeTable,
  type TableEntry,
  tensorOfKey,
} from '@q/backend-acuity'
import { describe, expect, it } from 'vitest'
import { shared, sharedFile } from './run-command.ts'

const read = (name: string): string => readFileSync(sharedFile(`reference/acuity/${name}`), 'utf8')

describe.skipIf(shared === undefined)('files that Acuity wrote', () => {
  it.each([
    ['mobilenet_tf.quantize', (text: string) => printQuantizeTable(parseQuantizeTable(text, 'table').table)],
    ['mobilenet_tf_inputmeta.yml', (text: string) => printInputMeta(parseInputMeta(text, 'meta'))],
    ['entropy.txt', (text: string) => printEntropy(parseEntropy(text, 'entropy'))],
    ['mobilenet_tf.json', (text: string) => printModel(parseModel(text, 'model'))],
    ['mobilenet_tf.quantize.json', (text: string) => printModel(parseModel(text, 'model'))],
  ])('%s is written as it was read', (name, again) => {
    expect(again(read(name))).toBe(read(name))
  })

  it('the models of its zoo are read and written again', () => {
    const names = readdirSync(sharedFile('reference/acuity/models'))
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      const text = read(`models/${name}`)
      expect(printModel(parseModel(text, name)), name).toBe(text.trimEnd())
    }
  })

  it('formats follow from ranges, and those of biases from input and weight', () => {
    const { table } = parseQuantizeTable(read('mobilenet_tf.quantize'), 'table')
    const model = parseModel(read('mobilenet_tf.quantize.json'), 'model')
    const counts = { ranges: 0, biases: 0, empty: 0 }
    for (const [key, entry] of table.entries) {
      if (entry.min !== undefined && entry.max !== undefined) {
        expect(formatOf(entry), key).toEqual({
          ...(entry.fl === undefined ? { scale: entry.scale, zeroPoint: entry.zeroPoint } : { fl: entry.fl }),
        })
        counts.ranges++
      } else if (entry.scale?.length === 0) counts.empty++
      else {
        const [input, weight] = operands(model, table.entries, key)
        const own = entry.fl === undefined ? entry.scale : entry.fl
        expect(own, key).toEqual([
          entry.fl === undefined
            ? affineBiasScale({ scale: input.scale![0]! }, { scale: weight.scale![0]! })
            : input.fl![0]! + weight.fl![0]!,
        ])
        counts.biases++
      }
    }
    // Two biases of the file have neither scale nor zero point: convolutions of codes behind a layer of wider ones, without a converter (spec/acuity.md 5.1).
    expect(counts).toEqual({ ranges: 94, biases: 26, empty: 2 })
  })

  it('the two convolutions that are left without a converter behind wide codes are told, and nothing else', () => {
    const { table } = parseQuantizeTable(read('mobilenet_tf.quantize'), 'table')
    const told = checkTable(table, parseModel(read('mobilenet_tf.quantize.json'), 'model'))
    expect(told.map(({ code, at: [place] = [] }) => `${code} ${place?.split('/').slice(-2).join('/')}`)).toEqual([
      'BIAS_EMPTY Conv2d_12_pointwise/Conv2D_16:bias',
      'BIAS_EMPTY Conv2d_2_depthwise/depthwise_79:bias',
      'TYPES_DO_NOT_MEET Conv2d_12_pointwise/Conv2D_16',
      'TYPES_DO_NOT_MEET Conv2d_2_depthwise/depthwise_79',
    ])
  })
})

function formatOf({ quantizer, qtype, min, max }: TableEntry) {
  const range = { min: min!, max: max! }
  if (quantizer === 'dynamic_fixed_point') return { fl: [fixedPointFormat(range, qtype as 'i8' | 'i16').fl] }
  const { scale, zeroPoint } = asymmetricFormat(range, qtype as 'u8' | 'i8')
  return { scale: [scale], zeroPoint: [zeroPoint] }
}

/** What a layer with a bias reads, and its weight. */
function operands(model: AcuityModel, entries: ReadonlyMap<string, TableEntry>, bias: string): readonly [TableEntry, TableEntry] {
  const { layer } = tensorOfKey(bias)!
  return [entries.get(model.layers.get(layer)!.inputs[0]!)!, entries.get(keyOfTensor({ layer, port: 'weight' }))!]
}
