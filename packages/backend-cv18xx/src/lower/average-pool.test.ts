import { parseGraph, type QuantMode, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from '../cv18xx.ts'

const table = new Map(['x', 'y'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))

/* TPU-MLIR 1.30.2 ends in Pooling2D.cpp on the first two. */
describe('an average of padding that is not counted is told, which the compiler has not', () => {
  it.each<[pads: string, counted: boolean, mode: QuantMode, isTold: boolean]>([
    ['[1,0,1,1]', false, 'INT8', true],
    ['[0,0,0,1]', false, 'BF16', true],
    ['[1,0,1,1]', true, 'INT8', false],
    ['[0,0,0,0]', false, 'INT8', false],
  ])('pads %s, count_include_pad %s in %s', (pads, counted, mode, isTold) => {
    const attrs = `kernel_shape = [3,2], strides = [1,2], pads = ${pads}, count_include_pad = ${counted}`
    const { diagnostics } = resolve(parseGraph(`x: f32[1,4,6,6]; y = AveragePool(x) {${attrs}}`), table, new Map(), cv18xx(), { mode })
    const told = diagnostics.filter(({ code }) => code === 'CHIP_LIMIT').map(({ message }) => message)
    expect(told).toEqual(isTold ? [expect.stringMatching(/^AveragePool y may fail on the chip: .*count_include_pad = 1$/)] : [])
  })
})
