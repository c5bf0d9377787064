import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { mayBeMinusInfinity } from './minus-infinity.ts'

const isOf = (text: string) => mayBeMinusInfinity(parseGraph(`x: f32[1,1,2,2]; w: f32[1,1,1,1] = [2]; ${text}`), 'y')

const conv = 'c = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1], group = 1}'

it('what is fed, stated by a constant or a border, or made of zeros may be minus infinity', () => {
  for (const text of [
    'y = Transpose(x) {perm = [0, 1, 3, 2]}',
    `${conv}; k: f32[1,1,2,2] = [0, 1, -Infinity, 0]; y = Add(c, k)`,
    `${conv}; y = Pad(c) {pads = [0, 0, 1, 1, 0, 0, 1, 1], mode = "constant", value = -Infinity}`,
    `${conv}; y = Log(c)`,
    `${conv}; a = Div(w, c); y = Reshape(a) {shape = [4]}`,
  ])
    expect(isOf(text), text).toBe(true)
})

it('sums of many numbers are finite, and what is bounded below', () => {
  for (const text of [
    `${conv}; y = Add(c, w)`,
    'y = Relu(x)',
    'y = Add(x, x) {relu = true}',
    `${conv}; y = Pad(c) {pads = [0, 0, 1, 1, 0, 0, 1, 1], mode = "constant"}`,
  ])
    expect(isOf(text), text).toBe(false)
})
