import type { Node } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { modelBuilder } from '../test/model-builder.ts'
import { openParameters, type ParameterKind } from './feed-parameters.ts'
import type { TranslatedPart } from './onnx-translator.ts'

const convolution: Node = { op: 'QConv', inputs: ['x', 'w'], outputs: ['y'], attrs: {} }

/** A convolution of integers, its zero point, and its requantization, as written for `source`. */
function part(zeroPoint: number, source: Node = convolution): TranslatedPart {
  const build = modelBuilder()
  const shape = [1, 1, 1, 1]
  const x = build.input({ dtype: 'u8', shape })
  const w = build.constant({ dtype: 'u8', shape, data: Uint8Array.of(3) })
  const sums = build.node('ConvInteger', [x, w, build.numbers('u8', zeroPoint), build.numbers('u8', 128)], { dtype: 'i32', shape })
  const wide = build.cast(sums, 'f64')
  const scaled = build.node('Mul', [wide, build.numbers('f64', 0.25)], { dtype: 'f64', shape })
  const ends = build.node('Clip', [scaled, build.numbers('f64', 0), build.numbers('f64', 255)], { dtype: 'f64', shape })
  const model = build.build('part', [ends])
  return { model, feeds: new Map([['x', x]]), fetches: new Map([['y', ends]]), sources: model.nodes.map(() => source) }
}

const fed = (translated: TranslatedPart, kinds?: ReadonlySet<ParameterKind>) =>
  [...openParameters(translated, kinds).parameters.values()].map(({ data }) => Number(data[0]))

describe('parameters of a part', () => {
  it('are inputs of its model, factors and unusual zero points, weights only where asked', () => {
    expect(fed(part(131))).toEqual([131, 0.25])
    expect(fed(part(131), new Set(['weight']))).toEqual([3])
    const { part: open, parameters } = openParameters(part(131))
    expect(open.model.inputs.map(({ name }) => name)).toEqual(['v0', ...parameters.keys()])
    expect(open.model.nodes[0]!.inputs[2]).toBe([...parameters.keys()][0])
  })

  it('stay where symmetric codes have the same', () => {
    expect(fed(part(128))).toEqual([0.25])
    expect(fed(part(0))).toEqual([0.25])
  })

  it('stay in what was written for float operators', () => {
    expect(fed(part(131, { ...convolution, op: 'Conv' }))).toEqual([])
  })
})
