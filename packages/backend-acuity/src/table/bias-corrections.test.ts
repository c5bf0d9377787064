import { type Graph, graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { rowsOf, typed } from '../../test/typed-network.ts'
import type { AcuityMode } from '../target.ts'
import { biasCorrections } from './bias-corrections.ts'

/** Largest of the weights, so that the scale of symmetric codes is 2^-8. */
const largest = 127 / 256
const half = 0.5 / 256

function shiftsIn(
  mode: AcuityMode,
  net: Graph,
  means: Readonly<Record<string, readonly number[]>>,
  plan: Readonly<Record<string, string>> = {},
) {
  const rows = rowsOf(Object.fromEntries([...net.values.keys()].map((name) => [name, { min: -1, max: 1 }])))
  const made = typed(net, mode, rows, new Map(Object.entries(plan)))
  const given = new Map(Object.entries(means).map(([name, numbers]) => [name, Float64Array.from(numbers)]))
  const found = biasCorrections(net, { ...made, means: given })
  return Object.fromEntries([...found].map(([layer, shifts]) => [layer, [...shifts]]))
}

// A weight of 10.25 codes is stored as 10; a quarter of a code times the mean of what it meets is what the sum lacks.
describe('what rounded weights take from sums', () => {
  const quarter = 10.25 / 256
  const error = 0.25 / 256
  const conv = graph`
    x: f32[1,2,2,2]
    w: f32[2,2,1,1] = [${largest}, ${quarter}, ${quarter}, ${0}]
    b: f32[2] = [0, 0]
    y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}
    return y
  `

  it('is their errors times the means of their channels', () => {
    expect(shiftsIn('SYM8', conv, { x: [4, 8] })).toEqual({ y: [8 * error, 4 * error] })
  })

  it('of a group are the channels of the group', () => {
    const grouped = graph`
      x: f32[1,2,2,2]
      w: f32[2,1,1,2] = [${largest}, ${quarter}, ${quarter}, ${quarter}]
      b: f32[2] = [0, 0]
      y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0], group = 2}
      return y
    `
    expect(shiftsIn('SYM8', grouped, { x: [4, 8] })).toEqual({ y: [4 * error, 2 * 8 * error] })
  })

  it.each([
    ['as it is', '[1, 2]', `[${largest}, ${quarter}, ${quarter}, 0]`, 'false', [8 * error, 4 * error]],
    ['turned', '[1, 2]', `[${largest}, ${quarter}, 0, ${quarter}]`, 'true', [8 * error, 8 * error]],
  ] as const)('of a matrix %s', (_, shape, numbers, transB, wanted) => {
    const net = graph`
      x: f32${shape}
      m: f32[2,2] = ${numbers}
      n: f32[2] = [0, 0]
      y = MatMul(x, m, n) {transB = ${transB}}
      return y
    `
    expect(shiftsIn('SYM8', net, { x: [4, 8] })).toEqual({ y: wanted })
  })

  it('is left where there are 16 bits or floats, no bias, or nothing is known of what is read', () => {
    expect(shiftsIn('DFP16', conv, { x: [4, 8] })).toEqual({})
    expect(shiftsIn('F16', conv, { x: [4, 8] })).toEqual({})
    expect(shiftsIn('SYM8', conv, { x: [4, 8] }, { y: 'DFP16' })).toEqual({})
    expect(shiftsIn('SYM8', conv, {})).toEqual({})
    const bare = graph`x: f32[1,1,2,2]; w: f32[1,1,1,1] = ${half}; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}; return y`
    expect(shiftsIn('SYM8', bare, { x: [4] })).toEqual({})
  })
})
