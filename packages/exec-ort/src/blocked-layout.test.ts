import type { Graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { modelBuilder } from '../test/model-builder.ts'
import { inBlocks } from './blocked-layout.ts'
import { blockedWeights } from './blocked-weights.ts'

const block = 8
const shape = (channels: number) => [1, channels, 4, 4]

function network() {
  const build = modelBuilder()
  // Attributes of casts are what the translator writes; the test's builder writes none.
  const cast = (x: string, to: 'f16' | 'f32') =>
    build.node('Cast', [x], { dtype: to, shape: build.typeOf(x).shape }, { to: to === 'f16' ? 10 : 1 })
  const weights = (dims: readonly number[]) =>
    build.constant({ dtype: 'f32', shape: dims, data: Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => i + 1) })
  return {
    build,
    input: (channels: number) => build.input({ dtype: 'f32', shape: shape(channels) }),
    conv: (x: string, dims: readonly number[], group = 1) =>
      build.node('Conv', [x, weights(dims)], { dtype: 'f32', shape: shape(dims[0]!) }, { group }),
    clip: (x: string) => build.node('Clip', [x, build.numbers('f32', 0), build.numbers('f32', 6)], build.typeOf(x)),
    add: (x: string, y: string) => build.node('Add', [x, y], build.typeOf(x)),
    rounded: (x: string) => cast(cast(x, 'f16'), 'f32'),
    pool: (op: string, x: string) =>
      build.node(op, [x], { dtype: 'f32', shape: [1, build.typeOf(x).shape[1]!, 1, 1] }, { kernel_shape: [4, 4] }),
  }
}

const opsOf = ({ nodes }: Graph) => nodes.map(({ op }) => op.replace('com.microsoft.nchwc.', 'blocked '))

describe('a model with channels in blocks', () => {
  it('rearranges where it begins and ends, and not at roundings, sums and activations', () => {
    const { build, input, conv, clip, add, rounded } = network()
    const x = input(3)
    const first = rounded(clip(conv(x, [16, 3, 1, 1])))
    const second = rounded(conv(first, [16, 16, 1, 1]))
    const model = inBlocks(build.build('one', [rounded(add(first, second))]), block)
    expect(opsOf(model)).toEqual([
      ...['blocked Conv', 'Cast', 'Cast', 'blocked Conv', 'Cast', 'Cast', 'Add', 'Cast', 'Cast', 'blocked ReorderOutput'],
    ])
    expect(model.nodes[0]!.attrs).toMatchObject({ activation: 'Clip', activation_params: [0, 6] })
    expect(model.nodes.at(-1)!.outputs).toEqual(model.outputs)
  })

  it('hands on plain tensors to what knows no blocks, once for all', () => {
    const { build, input, conv, rounded } = network()
    const x = rounded(conv(input(16), [12, 16, 1, 1]))
    const soft = build.node('Softmax', [x], build.typeOf(x))
    const model = inBlocks(build.build('one', [soft, x]), block)
    expect(opsOf(model)).toEqual(['blocked ReorderInput', 'blocked Conv', 'Cast', 'Cast', 'blocked ReorderOutput', 'Softmax'])
    // Whole blocks inside, as many channels as there are outside.
    expect(model.values.get(model.nodes[1]!.outputs[0]!)!.type.shape).toEqual(shape(16))
    expect(model.nodes[4]!.attrs).toEqual({ channels: 12 })
  })

  it.each<[string, readonly number[], number, number]>([
    ['groups that are no whole blocks', [12, 1, 1, 1], 12, 12],
    ['inputs that are no multiple of four', [16, 10, 1, 1], 10, 1],
  ])('leaves alone %s', (_, dims, channels, group) => {
    const { build, input, conv, rounded } = network()
    const model = build.build('one', [rounded(conv(input(channels), dims, group))])
    expect(opsOf(inBlocks(model, block))).toEqual(['Conv', 'Cast', 'Cast'])
  })

  it('leaves alone what is not rounded: the runtime fuses it with what comes next', () => {
    const { build, input, conv, add, rounded } = network()
    const x = input(16)
    const model = build.build('one', [rounded(add(x, conv(x, [16, 16, 1, 1])))])
    expect(inBlocks(model, block)).toBe(model)
  })
})

describe('a model whose results may come in any order', () => {
  /** As calibration wants it: every value of a network like MobileNet. */
  function everyValue(last: string) {
    const { build, input, conv, clip, add, pool } = network()
    const expanded = clip(conv(input(3), [16, 3, 1, 1]))
    const filtered = clip(conv(expanded, [16, 1, 3, 3], 16))
    const [narrow, other] = [conv(filtered, [12, 16, 1, 1]), conv(expanded, [12, 16, 1, 1])]
    const sum = add(narrow, other)
    const wide = conv(sum, [24, 12, 1, 1])
    const pooled = pool(last, wide)
    const flat = build.node('Reshape', [pooled, build.numbers('i64', [1, 24])], { dtype: 'f32', shape: [1, 24] })
    const outputs = [expanded, filtered, narrow, other, sum, wide, pooled, flat]
    return { outputs, model: build.build('every', outputs) }
  }
  const rearranged = (model: Graph) => opsOf(model).filter((op) => op.startsWith('blocked Reorder')).length

  it('hands out whole blocks as they stand, and rearranges the others alone', () => {
    const { model, outputs } = everyValue('AveragePool')
    const free = inBlocks(model, block, new Set(outputs))
    expect(opsOf(free).filter((op) => !op.includes('Reorder'))).toEqual([
      ...['blocked Conv', 'blocked Conv', 'blocked Conv', 'blocked Conv', 'Add', 'blocked Conv', 'blocked AveragePool', 'Reshape'],
    ])
    // 12 channels are no whole blocks: three results; and the operand of the reshaping.
    expect(rearranged(free)).toBe(4)
    const elements = (graph: Graph) => graph.outputs.map((name) => graph.values.get(name)!.type.shape.join())
    expect(elements(free)).toEqual(elements(model))
  })

  it('rearranges what is wanted in order', () => {
    const { model, outputs } = everyValue('AveragePool')
    const partly = inBlocks(model, block, new Set(outputs.slice(0, 1)))
    expect(partly.outputs.slice(1)).toEqual(outputs.slice(1))
    expect(partly.outputs[0]).not.toBe(outputs[0])
    expect(rearranged(partly)).toBe(6)
  })

  it('is left to the runtime where an operator looks at places that is not arranged here', () => {
    const { model, outputs } = everyValue('MaxPool')
    expect(inBlocks(model, block, new Set(outputs))).toBe(model)
  })

  it('is left to the runtime where that fuses a sum with a convolution', () => {
    const { model, outputs } = everyValue('AveragePool')
    const [, , narrow, ...others] = outputs
    const fusing = { ...model, outputs: model.outputs.filter((name) => name !== narrow) }
    expect(inBlocks(fusing, block, new Set(others))).toBe(fusing)
  })
})

describe('weights in blocks', () => {
  it('have the channels of a block innermost, then its inputs; zeros fill the last block', () => {
    const weights = { dtype: 'f32', shape: [3, 2, 1, 2], data: Float32Array.from({ length: 12 }, (_, i) => i + 1) } as const
    const channels = blockedWeights(weights, { block: 2, blocksInputs: false })
    expect(channels.shape).toEqual([4, 2, 1, 2])
    expect([...(channels.data as Float32Array)]).toEqual([1, 5, 2, 6, 3, 7, 4, 8, 9, 0, 10, 0, 11, 0, 12, 0])
    const both = blockedWeights(weights, { block: 2, blocksInputs: true })
    expect([...(both.data as Float32Array)]).toEqual([1, 5, 3, 7, 2, 6, 4, 8, 9, 0, 11, 0, 10, 0, 12, 0])
  })
})
