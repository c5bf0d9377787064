import { parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { withBiases } from './bias-corrections.ts'
import { parseHead, printHead } from './table-head.ts'

const head = {
  network: 'a',
  mode: 'UINT8',
  ranges: 'normal',
  biases: new Map([['y Conv', Float32Array.of(0.5, -2)]]),
  whole: new Map([['z', { min: -1.5, max: 3 }]]),
  floats: new Map([['s Softmax', { min: 0, max: 1 }]]),
} as const

describe('the comments that q writes above a table', () => {
  it('are read as they were written', () => {
    expect(parseHead(printHead(head))).toEqual(head)
  })

  it.each([
    ['letters of no base64', (text: string) => text.replace(/bias: ./, 'bias: *')],
    ['half a number', (text: string) => text.replace(/bias: \S+/, 'bias: AAA=')],
    ['nothing', (text: string) => text.replace(/bias: \S+/, 'bias: ')],
    ['NaN', (text: string) => text.replace(/bias: \S+/, 'bias: AADAfw==')],
  ])('%s in the place of numbers is refused', (_, damage) => {
    expect(() => parseHead(printHead(head).map(damage))).toThrow(expect.objectContaining({ code: 'ACUITY_TABLE' }))
  })

  it('a mode that there is not is refused', () => {
    const lines = printHead(head).map((line) => line.replace('UINT8', 'UINT9'))
    expect(() => parseHead(lines)).toThrow(expect.objectContaining({ code: 'ACUITY_TABLE', found: 'UINT9' }))
  })

  it.each(['float: 1 0 s', 'float:  1 s', 'float: 0 x s', 'whole: 0 Infinity z'])('a range that is none is refused: %s', (line) => {
    expect(() => parseHead([...printHead(head), `# q ${line}`])).toThrow(expect.objectContaining({ code: 'ACUITY_TABLE' }))
  })

  it('of layers that are not there, or of other lengths, are refused', () => {
    const graph = parseGraph(
      'x: f32[1,1,2,2]; w: f32[2,1,1,1] = [1, 2]; b: f32[2] = [3, 4]; y: f32[1,2,2,2] = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}',
    )
    const biases = (layer: string, ...numbers: readonly number[]) => withBiases(graph, new Map([[layer, Float32Array.from(numbers)]]))
    expect(() => biases('z', 1, 2)).toThrow(expect.objectContaining({ code: 'ACUITY_TABLE', found: 'z' }))
    expect(() => biases('y', 1, 2, 3)).toThrow(expect.objectContaining({ code: 'ACUITY_TABLE', found: '3 numbers' }))
    expect([...(biases('y', 1, 2).values.get('y/bias')!.constant!.data as Float32Array)]).toEqual([4, 6])
  })
})
