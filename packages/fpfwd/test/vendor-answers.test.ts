import { describe, expect, it } from 'vitest'
import { partModes, type TopLayer, vendorPattern } from '../src/index.ts'
import answers from './vendor-answers.json' with { type: 'json' }

const top: Readonly<Record<string, string>> = { AveragePool: 'AvgPool', ConvTranspose: 'Deconv' }

/** `names=Operator(operands)`. */
const layerOf = (line: string): TopLayer => {
  const [, names = '', operator = '', operands = ''] = /^(.+?)=(\w+)\((.*)\)$/.exec(line)!
  return { operator: `top.${operator}`, names: names.split(' '), operands: operands === '' ? [] : operands.split(' ') }
}
const wordsOf = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '')

describe.each(answers.networks)('$name', (network) => {
  const layers = network.file.map(layerOf)
  it.each(['none', 'N_mode', 'H_mode'] as const)('keeps in float what TPU-MLIR keeps, with part_quantize %s', (mode) => {
    const answer = (network as { readonly [mode: string]: unknown })[mode]
    // The tool itself stops on some networks.
    if (typeof answer !== 'string') return
    const quantized = mode === 'none' ? undefined : new Set(partModes[mode].map((operator) => `top.${top[operator] ?? operator}`))
    const parts = layers.filter(({ operator }) => quantized?.has(operator) === false).map(({ names }) => names[0]!)
    const { block, plain, widest } = vendorPattern(layers, parts)
    const [usual, f32] = answer.split('|').map(wordsOf)
    expect(block?.name ?? null).toBe(network.family)
    expect([...plain].sort()).toEqual(usual)
    expect([...widest].sort()).toEqual(f32)
  })
})

it('finds what is no family in no file, and keeps what was chosen then', () => {
  const layers: readonly TopLayer[] = [
    { operator: 'top.Input', names: ['x'], operands: [] },
    { operator: 'top.TopK', names: ['v', 'i'], operands: ['x'] },
  ]
  expect(vendorPattern(layers, ['v'])).toEqual({ plain: ['v', 'i'], widest: [], shapesToo: false, oneType: true })
  expect(vendorPattern([])).toMatchObject({ plain: [], widest: [] })
})
