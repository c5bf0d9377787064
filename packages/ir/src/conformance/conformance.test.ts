import { describe, expect, it } from 'vitest'
import type { ArtifactNames } from '../contracts/artifact.ts'
import type { SearchResult, SearchStep, SearchStrategy, Trial } from '../contracts/strategy.ts'
import { QError } from '../errors.ts'
import { quantizedDefects } from '../graph/verify-quantized.ts'
import type { OpDefinition } from '../ops/define.ts'
import { allOps } from '../ops/op-set.ts'
import { executorFloatCases } from './executor-float-cases.ts'
import { executorQuantizedCases } from './executor-quantized-cases.ts'
import { executorReferenceCases } from './executor-reference-cases.ts'
import {
  backendConformance,
  type ConformanceRunner,
  constantExecutor,
  fixedStrategy,
  nullBackend,
  observerConformance,
  opConformance,
  strategyConformance,
} from './index.ts'
import { f32, node, smallGraph, tensorOf } from './small-graph.ts'

const runner = { describe, it }

opConformance({ runner, ops: [...allOps.values()] })
backendConformance({ runner, create: nullBackend })
strategyConformance({ runner, create: () => fixedStrategy() })
strategyConformance({
  runner,
  create: () =>
    fixedStrategy(
      new Map([
        ['y', 'F16'],
        ['c', 'F32'],
        ['a', 'INT8'],
      ]),
    ),
})
observerConformance({
  runner,
  create: () => ({
    name: 'largest magnitude',
    create(_, state) {
      let [min, max] = state === undefined ? [0, 1e-5] : (state.numbers as [number, number])
      return {
        observe(values) {
          min = values.reduce((a, b) => Math.min(a, b), min)
          max = values.reduce((a, b) => Math.max(a, b), max)
        },
        state: () => ({ numbers: [min, max] }),
        range: () => ({ threshold: Math.max(-min, max), min, max }),
      }
    },
  }),
})

describe('the networks that executors are examined with', () => {
  it.each([...executorFloatCases, ...executorQuantizedCases, ...executorReferenceCases])('$name', (each) => {
    expect(quantizedDefects(each.graph)).toEqual([])
  })
})

describe('constantExecutor', () => {
  const graph = smallGraph({
    stage: 'float',
    values: { x: { type: f32(2) }, y: { type: f32(2) } },
    nodes: [node('Relu', ['x'], ['y'])],
    outputs: ['y'],
  })

  it('gives its constant in the shape and type of the result', async () => {
    const session = await constantExecutor(7).load(graph)
    const results = await session.run(new Map([['x', tensorOf(f32(2), [1, 2])]]))
    expect(results.get('y')).toEqual({ dtype: 'f32', shape: [2], data: Float32Array.of(7, 7) })
  })
  it('refuses to run without its feeds', async () => {
    const session = await constantExecutor().load(graph)
    await expect(session.run(new Map())).rejects.toThrow(expect.objectContaining({ code: 'FEED_MISSING', at: ['x'] }))
  })
})

/** Which tests of a suite fail. */
async function failing(suite: (runner: ConformanceRunner) => void): Promise<readonly string[]> {
  const failed: string[] = []
  const running: (() => Promise<void>)[] = []
  suite({
    describe: (_, body) => body(),
    it: (name, body) => running.push(async () => body().catch(() => void failed.push(name))),
  })
  for (const run of running) await run()
  return failed
}

describe('a suite that could not fail would prove nothing', () => {
  const Broken: OpDefinition = {
    name: 'Broken',
    inputs: { x: { arity: 'one', rule: { kind: 'shared', with: 'z' } } },
    outputs: { y: { kind: 'own' } },
    attrs: {},
    infer: ((inputs: { readonly x: { readonly shape: readonly number[] } }) => ({
      y: { dtype: 'f32', shape: [inputs.x.shape[3]! * 2] },
    })) as never,
  }
  it('opConformance finds a rule without its operand and a type rule with holes', async () => {
    expect(await failing((each) => opConformance({ runner: each, ops: [Broken] }))).toEqual([
      'has rules that name its own operands and results',
      'has a type rule that answers or refuses, whatever the operands',
    ])
  })
  it('strategyConformance finds an illegal mode, a broken pin and an endless search', async () => {
    const trial: Trial = { plan: new Map([['c', 'INT8']]) }
    const best: SearchResult = { trial, ranking: [] }
    const step: SearchStep = { ask: { trials: [trial], metrics: ['cosine'] }, best }
    const bad: SearchStrategy = {
      name: 'bad',
      *search() {
        yield step
        return best
      },
    }
    expect(await failing((each) => strategyConformance({ runner: each, create: () => bad }))).toEqual([
      'ends for a graph without layers',
      'keeps pinned layers in every trial',
      'names layers of the graph, modes they have and rows of the table',
      'has a result at every step',
      'reports losses that were told for its trial, in exact over all samples',
      'survives trials that cannot be resolved',
    ])
    const endless: SearchStrategy = {
      name: 'endless',
      *search() {
        for (;;) yield step
      },
    }
    expect(await failing((each) => strategyConformance({ runner: each, create: () => endless, mostTrials: 10 }))).toContain(
      'ends with a result',
    )
  })
  it('strategyConformance finds samples that are not there and losses of another question', async () => {
    const careless: SearchStrategy = {
      name: 'careless',
      *search({ pinned }) {
        const trial: Trial = { plan: pinned }
        const best: SearchResult = { trial, ranking: [] }
        const [losses] = yield { ask: { trials: [trial], metrics: ['cosine'], samples: { first: 1, count: 1 } }, best, done: 2 }
        return { ...best, losses: losses! }
      },
    }
    expect(await failing((each) => strategyConformance({ runner: each, create: () => careless }))).toEqual([
      'asks for trials and metrics that can be answered',
      'tells how far it is',
      'reports losses that were told for its trial, in exact over all samples',
    ])
  })
  it('observerConformance finds an observer that forgets, one that depends on the order, and one that says nothing about zeros', async () => {
    const last = () => ({
      name: 'last',
      create() {
        let seen = 0
        return {
          observe: (values: Float32Array) => {
            seen = Math.max(...values)
          },
          state: () => ({ numbers: [] }),
          range: () => ({ threshold: seen, min: -seen, max: seen }),
        }
      },
    })
    const found = await failing((each) => observerConformance({ runner: each, create: last }))
    expect(found).toContain('answers for data that is all zeros')
    expect(found).toContain('does not depend on the order of samples beyond 0')
    expect(found).toContain('goes on after 5 samples as if nothing had happened')
  })
  it('backendConformance finds a lowering that is missing', async () => {
    const { Abs: _, ...lower } = nullBackend().lower
    expect(await failing((each) => backendConformance({ runner: each, create: () => ({ ...nullBackend(), lower }) }))).toEqual([
      'has the members of a back end, and names in its target that are known',
      'has a lowering for every operator it declares',
      'Abs',
    ])
  })
  it('backendConformance finds a file of which the back end did not tell', async () => {
    const naming = (named: (name: string) => ArtifactNames) => async () =>
      failing((each) => backendConformance({ runner: each, create: () => ({ ...nullBackend(), fileNames: (_, { name }) => named(name) }) }))
    const { files } = nullBackend().emit(smallGraph({ stage: 'float', values: {}, nodes: [], outputs: [] }), { name: 'NAME', time: 0 })
    const told = (name: string) => [...files.keys()].map((each) => each.replace('NAME', name))
    expect(await naming((name) => ({ files: [...told(name), 'more'] }))()).toEqual([])
    expect(await naming(() => ({ files: [] }))()).toContain('Relu')
    expect(await naming((name) => ({ files: told(name), model: told(name)[0]! }))()).toContain('Relu')
    expect(await naming((name) => ({ files: told(name), compiled: 'made' }))()).toContain('Relu')
  })
  it('backendConformance finds a back end that throws on its own account', async () => {
    const lower = {
      ...nullBackend().lower,
      Relu: () => {
        throw new QError('CHIP', 'no')
      },
    }
    const found = await failing((each) => backendConformance({ runner: each, create: () => ({ ...nullBackend(), lower }) }))
    expect(found).toContain('Relu')
  })
})
