import { graph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { acuity } from './acuity.ts'
import { chips } from './chips.ts'
import { asymmetricFormat, fixedPointFormat, symmetricFormat, withZero } from './numbers/format-of-range.ts'
import { targetOf } from './target.ts'

const net = graph`
  x: f32[1,2,4,4]
  w: f32[2,2,1,1] = [0.5, -1, 2, 0.25]
  y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}
  return y
`
const range = { min: -1, max: 0.9765625 }
const table = new Map(['x', 'y'].map((name) => [name, { threshold: 1, ...range }]))
const typeOf = (mode: string) => resolve(net, table, new Map(), acuity(), { mode }).graph.values.get('y')!.type

describe('the codes of a mode are those of the table', () => {
  it.each([
    ['UINT8', 'u8', asymmetricFormat(withZero(range), 'u8')],
    ['PCQ', 'i8', asymmetricFormat(withZero(range), 'i8')],
    ['SYM8', 'i8', symmetricFormat(range, 'i8')],
  ] as const)('%s', (mode, dtype, { scale, zeroPoint }) => {
    expect(typeOf(mode)).toMatchObject({ dtype, quant: { scale, zeroPoint } })
  })

  it.each([
    ['DFP8', 'i8'],
    ['DFP16', 'i16'],
  ] as const)('%s', (mode, dtype) => {
    expect(typeOf(mode)).toMatchObject({ dtype, quant: { scale: 2 ** -fixedPointFormat(range, dtype).fl, zeroPoint: 0 } })
  })

  it('weights have zero points where the quantizer is asymmetric, and biases of 16 bits have 64', () => {
    const made = (mode: string) => [...resolve(net, table, new Map(), acuity(), { mode }).graph.values.values()]
    expect(made('UINT8').find(({ name }) => name === 'y_weight')?.type.quant).toMatchObject({ zeroPoint: 85 })
    expect(made('PCQ').find(({ name }) => name === 'y_weight')?.type.quant).toBeUndefined()
    const withBias = graph`x: f32[1,2,4,4]; w: f32[2,2,1,1] = 0.5; b: f32[2] = [1, -1]; y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}`
    const { values } = resolve(withBias, table, new Map(), acuity(), { mode: 'DFP16' }).graph
    expect(values.get('y_bias')?.type.dtype).toBe('i64')
  })
})

describe('chips', () => {
  it('lack what fails on them, and say no more', () => {
    const lacking = (chip: (typeof chips)[number]) => targetOf('acuity').modes.filter((mode) => !targetOf(chip).modes.includes(mode))
    expect(lacking('acuity-v853')).toEqual([])
    expect(lacking('acuity-t527')).toEqual(['PCQ', 'DFP16', 'QBF16', 'BF16'])
    expect(lacking('acuity-a733')).toEqual(['QBF16', 'BF16'])
    expect(lacking('acuity-s905d3')).toEqual(['PCQ', 'DFP16'])
  })

  it.each(chips)('%s begins with UINT8, which all have', (chip) => {
    expect(targetOf(chip).modes[0]).toBe('UINT8')
  })

  it('an option that there is not is refused', () => {
    expect(() => acuity({ chip: 'v853' } as never)).toThrow(expect.objectContaining({ code: 'CHIP_OPTIONS' }))
  })
})
