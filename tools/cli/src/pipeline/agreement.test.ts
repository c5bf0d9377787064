import type { SampleSource, Tensor } from '@q/ir'
import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { measureAgreement } from './agreement.ts'

const graphOf = (width: number) => parseGraph(`x: f32[1,${width}]; y = Relu(x)`)
const graph = graphOf(2)
const f32 = (...values: readonly number[]): Tensor => ({ dtype: 'f32', shape: [1, values.length], data: Float32Array.from(values) })

/** The float model hands its first input on; the quantized one what is given for each sample. */
function agreement(
  inputs: readonly (readonly number[])[],
  quantized: (input: readonly number[]) => readonly number[],
  isOver: (() => boolean) | undefined = undefined,
) {
  const samples: SampleSource = {
    count: inputs.length,
    load: async (i) =>
      new Map([
        ['x', f32(...inputs[i]!)],
        ['other', f32(5)],
      ]),
    describe: (i) => `${i}.npz`,
  }
  return measureAgreement({
    graph: graphOf(inputs[0]!.length),
    float: async (sample) => [sample.get('x')!],
    quantized: async (sample) => [f32(...quantized(Array.from(sample.get('x')!.data, Number)))],
    samples,
    count: inputs.length,
    tolerance: [0.9, 0.8],
    signal: new AbortController().signal,
    onProgress: () => {},
    isOver,
  })
}

const inputs = [
  [1, 2],
  [3, 1],
  [2, 5],
]

it('the median decides, the worst sample is named', async () => {
  const { outputs, passed } = await agreement(inputs, (input) => (input[0] === 3 ? [1, 3] : input))
  expect(passed).toBe(true)
  expect(outputs[0]).toMatchObject({ cosine: 1, sqnr: 100, worst: { sample: '1.npz' }, notFinite: 0 })
  expect(outputs[0]!.worst.cosine).toBeCloseTo(0.6, 6)
})

it('samples on which both models give next to nothing are not counted; one on which the quantized model gives something is', async () => {
  const empty = [...inputs, [1e-6, 0], [0, 1e-7], [2e-6, 0], [0, 1e-6]]
  const { outputs, passed } = await agreement(empty, (input) => input.map((each) => (each < 1e-3 ? 0 : each)))
  expect([passed, outputs[0]!.silent, outputs[0]!.worst.cosine]).toEqual([true, 4, 1])
  const other = await agreement(empty, (input) => input.map((each) => (each < 1e-3 ? 0.5 : each)))
  expect([other.passed, other.outputs[0]!.silent]).toEqual([false, 0])
})

it('samples are counted that look like nothing beside one that lies far out', async () => {
  const { passed, outputs } = await agreement([...inputs, [1e5, 3e5]], (input) => input.map((each) => (each < 1e3 ? 0 : each)))
  expect([passed, outputs[0]!.silent]).toEqual([false, 0])
})

it('where no sample says anything, all are counted', async () => {
  const { outputs } = await agreement(
    [
      [0, 0],
      [0, 0],
    ],
    () => [0, 0],
  )
  expect(outputs[0]).toMatchObject({ silent: 0, cosine: 1 })
})

it('a number that is not finite on one sample alone makes the model miss, and is counted', async () => {
  const { outputs, passed } = await agreement(inputs, (input) => (input[0] === 3 ? [Number.NaN, 1] : input))
  expect([passed, outputs[0]!.notFinite, outputs[0]!.worst.sample]).toEqual([false, 1, '1.npz'])
})

it('an output that is the same for every input misses, however alike it is', async () => {
  const far = inputs.map((pair) => pair.map((each) => each + 1000))
  const { outputs, passed } = await agreement(far, () => [1002, 1002])
  expect(outputs[0]!.cosine).toBeGreaterThan(0.9999)
  expect([passed, outputs[0]!.dead]).toEqual([false, 'quantized'])
})

it('a float model that is dead is one too, also on a single sample', async () => {
  const dead = { graph, tolerance: [0.9, 0.8] as const, signal: new AbortController().signal, onProgress: () => {} }
  const samples: SampleSource = { count: 1, load: async () => new Map([['x', f32(1, 2)]]) }
  const constant = async () => [f32(4, 5)]
  const { passed, outputs } = await measureAgreement({ ...dead, float: constant, quantized: constant, samples, count: 1 })
  expect([passed, outputs[0]!.dead]).toEqual([false, 'float'])
  expect((await agreement([[1, 2]], (input) => input)).passed).toBe(true)
})

it.each([
  [
    'equal',
    [
      [1, 2],
      [1, 2],
      [1, 2],
    ],
  ],
  [
    'zeros',
    [
      [0, 0],
      [0, 0],
    ],
  ],
  ['one of equal numbers', [[5, 5]]],
])('a sound model is not dead where all samples are alike: %s', async (_, all) => {
  const { passed, outputs, samples } = await agreement(all, (input) => input)
  expect([passed, outputs[0]!.dead, samples]).toEqual([true, undefined, all.length])
})

it('a quantized model that is dead is found out on samples that are alike', async () => {
  const { passed, outputs } = await agreement(
    [
      [1, 2],
      [1, 2],
    ],
    () => [1, 2],
  )
  expect([passed, outputs[0]!.dead]).toEqual([false, 'quantized'])
})

it('codes that stop at their end are not dead where other inputs change them', async () => {
  const { passed } = await agreement([[2, 2.5]], (input) => input.map((each) => Math.min(2, each)))
  expect(passed).toBe(true)
})

it('an input that is made up and that the model does not take says nothing', async () => {
  const { passed, outputs } = await agreement([[1, 2]], (input) => {
    if (input[0] !== 1) throw new Error('out of range')
    return input
  })
  expect([passed, outputs[0]!.dead]).toEqual([true, undefined])
})

it('compares one sample although time is over, and tells of how many it speaks', async () => {
  const lost = (input: readonly number[]) => (input[0] === 3 ? [1, Infinity] : input)
  const first = await agreement(inputs, lost, () => true)
  expect([first.samples, first.passed, first.outputs[0]!.notFinite, first.sameTop1]).toEqual([1, true, 0, 1])
  let left = 1
  const second = await agreement(inputs, lost, () => left-- <= 0)
  expect([second.samples, second.passed, second.outputs[0]!.notFinite, second.sameTop1]).toEqual([2, false, 1, 0.5])
})

it('elements that only the quantized model makes the same for every input are counted, where they are most but not all', async () => {
  const wide = inputs.map(([a, b]) => [a!, b!, a! + b!, 1000 * a!])
  const loud = await agreement(wide, (input) => [0, 0, 0, input[3]!])
  expect([loud.passed, loud.outputs[0]!.mute]).toEqual([true, { mute: 3, elements: 4, largest: 3000 }])
  expect((await agreement(wide, (input) => [input[0]!, input[1]!, 0, input[3]!])).outputs[0]!.mute).toBeUndefined()
})
