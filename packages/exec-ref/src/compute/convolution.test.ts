import { allOps, elementCount, type Graph } from '@q/ir'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createReferenceExecutor } from '../reference-executor.ts'

/** One convolution of two spatial axes, written as the definition reads. */
function byDefinition(
  { x, w, size, kernel, channels, outputs, group, strides, pads, dilations, zero }: Problem,
  places: readonly number[],
): number[] {
  const y: number[] = []
  const perGroup = channels / group
  for (let m = 0; m < outputs; m++) {
    for (let i = 0; i < places[0]!; i++) {
      for (let j = 0; j < places[1]!; j++) {
        let sum = 0
        for (let c = 0; c < perGroup; c++) {
          const channel = Math.floor(m / (outputs / group)) * perGroup + c
          for (let a = 0; a < kernel[0]!; a++) {
            for (let b = 0; b < kernel[1]!; b++) {
              const row = i * strides[0]! + a * dilations[0]! - pads[0]!
              const column = j * strides[1]! + b * dilations[1]! - pads[1]!
              const inside = row >= 0 && column >= 0 && row < size[0]! && column < size[1]!
              const value = inside ? x[(channel * size[0]! + row) * size[1]! + column]! : zero
              sum += value * w[((m * perGroup + c) * kernel[0]! + a) * kernel[1]! + b]!
            }
          }
        }
        y.push(sum)
      }
    }
  }
  return y
}

interface Problem {
  readonly x: Int8Array
  readonly w: Int8Array
  readonly size: readonly number[]
  readonly kernel: readonly number[]
  readonly channels: number
  readonly outputs: number
  readonly group: number
  readonly strides: readonly number[]
  readonly pads: readonly number[]
  readonly dilations: readonly number[]
  readonly zero: number
}

const two = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }))

const problems = fc
  .record({
    size: two(1, 9),
    kernel: two(1, 3),
    strides: two(1, 4),
    dilations: two(1, 3),
    pads: fc.tuple(two(0, 2), two(0, 2)),
    group: fc.integer({ min: 1, max: 3 }),
    inPerGroup: fc.integer({ min: 1, max: 5 }),
    outPerGroup: fc.integer({ min: 1, max: 3 }),
    zero: fc.integer({ min: -128, max: 127 }),
    seed: fc.integer(),
  })
  .map(({ size, kernel, strides, dilations, pads, group, inPerGroup, outPerGroup, zero, seed }): Problem => {
    let state = seed
    const random = (length: number) =>
      Int8Array.from({ length }, () => {
        state = Math.imul(state, 1664525) + 1013904223
        return state >> 24
      })
    const channels = group * inPerGroup
    const outputs = group * outPerGroup
    return {
      x: random(channels * elementCount(size)),
      w: random(outputs * inPerGroup * elementCount(kernel)),
      size,
      kernel,
      strides,
      dilations,
      pads: pads.flat(),
      group,
      channels,
      outputs,
      zero,
    }
  })

const placesOf = ({ size, kernel, strides, dilations, pads }: Problem): readonly number[] =>
  size.map((each, a) => Math.floor((each + pads[a]! + pads[a + 2]! - dilations[a]! * (kernel[a]! - 1) - 1) / strides[a]!) + 1)

describe('integer convolution', () => {
  it('gives the sums of its definition for any stride, padding, dilation and group', async () => {
    await fc.assert(
      fc.asyncProperty(
        problems.filter((problem) => placesOf(problem).every((places) => places > 0)),
        async (problem) => {
          const places = placesOf(problem)
          const { channels, outputs, group, size, kernel, strides, pads, dilations, zero, x, w } = problem
          const graph: Graph = {
            name: 'conv',
            inputs: [{ name: 'x' }],
            outputs: ['y'],
            ops: allOps,
            properties: { stage: 'quantized' },
            nodes: [
              {
                op: 'QConv',
                inputs: ['x', 'w', undefined],
                outputs: ['y'],
                attrs: { strides, pads, dilations, group, requantize: 'none' },
              },
            ],
            values: new Map([
              [
                'x',
                { name: 'x', type: { dtype: 'i8', shape: [1, channels, ...size], quant: { scale: 1, zeroPoint: zero, expressed: 'f32' } } },
              ],
              [
                'w',
                {
                  name: 'w',
                  type: { dtype: 'i8', shape: [outputs, channels / group, ...kernel] },
                  isConstant: true,
                  constant: { dtype: 'i8', shape: [outputs, channels / group, ...kernel], data: w },
                },
              ],
              ['y', { name: 'y', type: { dtype: 'i32', shape: [1, outputs, ...places] } }],
            ]),
          }
          const session = await createReferenceExecutor().load(graph)
          const fetched = await session.run(new Map([['x', { dtype: 'i8', shape: [1, channels, ...size], data: x }]]))
          expect(Array.from(fetched.get('y')!.data as Int32Array)).toEqual(byDefinition(problem, places))
        },
      ),
      { numRuns: 150 },
    )
  })
})
