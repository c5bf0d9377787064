import { createResolver, parseGraph, resolve, type Trial, type TrialLosses } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { measureSample } from '../comparison/sample-loss.ts'
import { toyChip } from '../fixtures/toy-chip.ts'
import { createToyExecutor } from '../fixtures/toy-executor.ts'
import { onlyInCodes, toyLayers, toyNetwork, toySamples, toyTable } from '../fixtures/toy-network.ts'
import { createEvaluator } from './create-evaluator.ts'
import type { EvaluatorOptions } from './evaluator.ts'

const settings = { mode: 'INT8' }
const alone: readonly Trial[] = toyLayers.map((layer) => onlyInCodes(layer))

function toyEvaluator(more: Partial<EvaluatorOptions> = {}) {
  const executor = createToyExecutor()
  const options = { graph: toyNetwork, table: toyTable, backend: toyChip, settings, samples: toySamples, executors: { exact: executor } }
  return { executor, evaluator: createEvaluator({ ...options, segments: { least: 1 }, ...more }) }
}
const means = (answers: readonly TrialLosses[]): readonly number[] => answers.map(({ losses }) => losses['cosine']!.mean)

/** The loss of a trial, from its whole graph and the whole float graph, with nothing kept. */
async function wholeLoss({ plan }: Trial): Promise<number> {
  const executor = createToyExecutor()
  const { graph } = resolve(toyNetwork, toyTable, plan, toyChip, settings)
  let sum = 0
  for (let sample = 0; sample < toySamples.count; sample++) {
    const inputs = await toySamples.load(sample)
    const [wanted] = (await (await executor.load(toyNetwork)).run(inputs)).values()
    const [found] = (await (await executor.load(graph, { fetches: graph.outputs })).run(inputs)).values()
    const { quant } = graph.values.get(graph.outputs[0]!)!.type
    const numbers = Array.from(found!.data as Int8Array, (code) => (quant === undefined ? code : Math.fround(code * quant.scale)))
    const pair = { name: 'y', shape: [1, 8], wanted: wanted!.data as Float32Array, found: numbers, weight: 1 }
    sum += measureSample([pair], 'cosine').loss
  }
  return sum / toySamples.count
}

describe('an evaluator', () => {
  it('gives the losses of whole graphs', async () => {
    const { evaluator } = toyEvaluator()
    const trials = [...alone, onlyInCodes(), onlyInCodes(...toyLayers)]
    const whole: number[] = []
    for (const trial of trials) whole.push(await wholeLoss(trial))
    expect(means(await evaluator.ask({ trials, metrics: ['cosine'] }))).toEqual(whole)
    expect(whole[0]).toBeGreaterThan(0)
  })

  it('tells losses in the order of the samples that it was asked for, and measures none of them again', async () => {
    const { evaluator } = toyEvaluator()
    const all = (await evaluator.ask({ trials: alone, metrics: ['cosine'] }))[0]!.losses['cosine']!.samples
    const before = evaluator.counts().nodeExecutions
    const [some] = await evaluator.ask({ trials: alone, metrics: ['cosine'], samples: [2, 0] })
    expect(some!.losses['cosine']!.samples).toEqual([all[2], all[0]])
    expect(evaluator.counts().nodeExecutions).toBe(before)
    await expect(evaluator.ask({ trials: alone, metrics: ['cosine'], samples: [0, toySamples.count] })).rejects.toMatchObject({
      code: 'SAMPLES_UNKNOWN',
    })
    await expect(evaluator.ask({ trials: alone, metrics: ['cosine'], samples: [0, 0] })).rejects.toMatchObject({ code: 'SAMPLES_UNKNOWN' })
  })

  it('runs every node once for each sample where all of a question fits on the shelf', async () => {
    const graph = parseGraph('x: f32[1,8]; a = Tanh(x); b = Relu(a); c = Tanh(b); y = Tanh(c); return y')
    const trials = ['none', 'a', 'b', 'c', 'y'].map((codes): Trial => {
      return { plan: new Map(['a', 'b', 'c', 'y'].filter((layer) => layer !== codes).map((layer) => [layer, 'F32'])) }
    })
    const resolver = createResolver(graph, toyTable, toyChip, settings)
    const different = new Set(trials.flatMap(({ plan }) => [...resolver.resolve(plan).keys()].map(([, key]) => key)))
    const { evaluator, executor } = toyEvaluator({ graph })
    await evaluator.ask({ trials, metrics: ['cosine'] })
    const { nodeExecutions, referenceExecutions } = evaluator.counts()
    expect(nodeExecutions).toBe(different.size * toySamples.count)
    expect(referenceExecutions).toBe(graph.nodes.length * toySamples.count)
    expect(executor.executed).toBe(nodeExecutions + referenceExecutions)
  })

  it('runs segments of rounded graphs as one where nobody asks for what is between them, with the same losses', async () => {
    const inHalves = (codes: string): Trial => ({
      plan: new Map(toyLayers.filter((layer) => layer !== codes).map((layer) => [layer, 'F16'] as const)),
    })
    const trials = toyLayers.slice(0, 4).map(inHalves)
    const { evaluator } = toyEvaluator()
    const answers: number[] = []
    for (const trial of trials) answers.push(...means(await evaluator.ask({ trials: [trial], metrics: ['cosine'] })))
    const whole: number[] = []
    for (const trial of trials) whole.push(await wholeLoss(trial))
    expect(answers).toEqual(whole)
    const { sessionsLoaded, sessionsReused, nodeExecutions, referenceExecutions } = evaluator.counts()
    // A segment is a layer here, and the reference is not rounded: it is run layer by layer.
    expect(sessionsLoaded + sessionsReused - referenceExecutions).toBeLessThan(nodeExecutions / 2)
  })

  it('keeps what a question that comes later begins with', async () => {
    const [together, apart] = [toyEvaluator(), toyEvaluator()]
    const all = [onlyInCodes(), ...alone]
    await together.evaluator.ask({ trials: all, metrics: ['cosine'] })
    for (const trial of all) await apart.evaluator.ask({ trials: [trial], metrics: ['cosine'] })
    const once = together.evaluator.counts().nodeExecutions
    // The nodes of the first trial once more: they were not known to be of use.
    expect(apart.evaluator.counts().nodeExecutions).toBeLessThanOrEqual(once + toyNetwork.nodes.length * toySamples.count)
  })

  it('gives the same bytes with a shelf for nothing, for little and for all', async () => {
    const all = await toyEvaluator().evaluator.ask({ trials: alone, metrics: ['cosine', 'noise', 'sqnr', 'worst-group'] })
    for (const budgetBytes of [0, 100]) {
      const { evaluator } = toyEvaluator({ budgetBytes })
      expect(await evaluator.ask({ trials: alone, metrics: ['cosine', 'noise', 'sqnr', 'worst-group'] })).toEqual(all)
      expect(evaluator.counts().mostTensorBytes).toBeLessThanOrEqual(budgetBytes)
    }
  })

  it('keeps tensors, and sections open, within its budget, and gives the same bytes', async () => {
    const trials = [...alone, onlyInCodes()]
    const all = toyEvaluator()
    const whole = await all.evaluator.ask({ trials, metrics: ['cosine'] })
    const one = Math.max(...[0, 1].map((sessions) => all.evaluator.counts().mostSectionBytes / (all.executor.loaded + sessions)))
    for (const budgetBytes of [4 * one, 30 * one, 2 ** 30]) {
      const { evaluator } = toyEvaluator({ budgetBytes })
      expect(await evaluator.ask({ trials, metrics: ['cosine'] })).toEqual(whole)
      const { mostTensorBytes, mostSectionBytes } = evaluator.counts()
      // A section that is run for itself is beside those that stay.
      expect(mostSectionBytes).toBeLessThanOrEqual(budgetBytes / 5 + 1.1 * one)
      expect(mostTensorBytes + mostSectionBytes).toBeLessThanOrEqual(budgetBytes)
    }
  })

  it('keeps fewer tensors while the process takes more than it may, and gives the same bytes', async () => {
    const trials = [...alone, onlyInCodes(), ...alone.map(({ plan }): Trial => ({ plan: new Map([...plan].slice(1)) }))]
    const all = toyEvaluator({ budgetBytes: 2400 })
    const whole = await all.evaluator.ask({ trials, metrics: ['cosine'] })
    let looks = 0
    const short = toyEvaluator({ budgetBytes: 2400, resident: { most: 1, now: () => ++looks } })
    expect(await short.evaluator.ask({ trials, metrics: ['cosine'] })).toEqual(whole)
    const [free, narrow] = [all.evaluator.counts(), short.evaluator.counts()]
    expect(looks).toBe(narrow.measured)
    expect(free.tensorsEvicted).toBe(0)
    expect(narrow.tensorsEvicted).toBeGreaterThan(0)
    expect(narrow.tensorBytes).toBeLessThan(free.mostTensorBytes / 2)
    expect(narrow.nodeExecutions).toBeGreaterThan(free.nodeExecutions)
  })

  it('measures nothing twice, however a trial is written', async () => {
    const { evaluator, executor } = toyEvaluator()
    const [first] = await evaluator.ask({ trials: [onlyInCodes('b')], metrics: ['cosine'] })
    const { executed } = executor
    const row = toyTable.get('g')!
    // The range of a layer in float decides nothing.
    const same: Trial = { ...onlyInCodes('b'), ranges: new Map([['f', { ...row, threshold: 1, max: 1 }]]) }
    expect(await evaluator.ask({ trials: [onlyInCodes('b'), same], metrics: ['cosine'] })).toEqual([first, first])
    expect(executor.executed).toBe(executed)
  })

  it('compares layers by themselves, and lets the outputs be', async () => {
    const { evaluator } = toyEvaluator()
    const [answer] = await evaluator.ask({ trials: [onlyInCodes('c')], metrics: ['cosine'], layers: ['a', 'c', 'y'], outputs: false })
    expect(answer!.losses).toEqual({})
    expect([...answer!.layers.keys()]).toEqual(['a', 'c', 'y'])
    expect(answer!.layers.get('a')!['cosine']).toBeCloseTo(0, 12)
    expect(answer!.layers.get('c')!['cosine']).toBeGreaterThan(1e-9)
    const whole = await evaluator.ask({ trials: [onlyInCodes('c')], metrics: ['cosine'] })
    expect(whole[0]!.losses['cosine']!.mean).toBeCloseTo(answer!.layers.get('y')!['cosine']!, 12)
  })

  it('tells infinite losses and the reason of a trial that cannot be resolved', async () => {
    const { evaluator } = toyEvaluator()
    const bad: Trial = { plan: new Map([['b', 'INT3']]) }
    const [failed, fine] = await evaluator.ask({ trials: [bad, onlyInCodes('b')], metrics: ['cosine'] })
    expect(failed!.failure!.code).toBe('MODE_UNSUPPORTED')
    expect(failed!.losses['cosine']).toEqual({
      mean: Infinity,
      samples: [Infinity, Infinity, Infinity],
      outputs: [{ name: 'y', mean: Infinity }],
    })
    expect(fine!.losses['cosine']!.mean).toBeLessThan(1)
  })

  it('stops between tasks when told to, and goes on when asked again', async () => {
    const { evaluator } = toyEvaluator()
    const signal = {
      get aborted() {
        return evaluator.counts().measured >= 4
      },
    }
    await expect(evaluator.ask({ trials: alone, metrics: ['cosine'] }, { signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
      kind: 'interrupted',
    })
    const { measured } = evaluator.counts()
    const answers = await evaluator.ask({ trials: alone, metrics: ['cosine'] })
    expect(measured).toBe(4)
    expect(evaluator.counts().measured).toBe(alone.length * toySamples.count)
    expect(answers).toEqual(await toyEvaluator().evaluator.ask({ trials: alone, metrics: ['cosine'] }))
  })
})
