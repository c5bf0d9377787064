import { MessageChannel } from 'node:worker_threads'
import { QError, type Question } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { createEvaluator } from '../evaluator/create-evaluator.ts'
import { toyChip } from '../fixtures/toy-chip.ts'
import { createToyExecutor } from '../fixtures/toy-executor.ts'
import { onlyInCodes, toyLayers, toyNetwork, toySamples, toyTable } from '../fixtures/toy-network.ts'
import { serveEvaluations } from './serve-evaluations.ts'
import type { WorkbenchOptions } from './workbench.ts'
import type { EvaluationWorker } from './worker-port.ts'

/** A bench behind a channel that copies messages, as a thread is. */
function startBench(options: WorkbenchOptions): EvaluationWorker {
  const { port1, port2 } = new MessageChannel()
  serveEvaluations({ post: (message) => port2.postMessage(message), onMessage: (listener) => port2.on('message', listener) }, options)
  return {
    post: (message) => port1.postMessage(message),
    onMessage: (listener) => port1.on('message', listener),
    onFailure() {},
    async terminate() {
      port1.close()
    },
  }
}

const source = { graph: toyNetwork, table: toyTable, backend: toyChip, settings: { mode: 'INT8' }, samples: toySamples }
const trials = toyLayers.map((layer) => onlyInCodes(layer))
const question = { trials, metrics: ['cosine', 'worst-group'], layers: ['c', 'e'] } as const
const alone = (asked: Question = question) => createEvaluator({ ...source, executors: { exact: createToyExecutor() } }).ask(asked)

describe('evaluations on other threads', () => {
  it.each([1, 2, 4])('give the same bytes with %i of them', async (count) => {
    const start = () => startBench({ executors: { exact: createToyExecutor() } })
    for (const budgetBytes of [1000, 2 ** 20]) {
      const evaluator = createEvaluator({ ...source, executors: { exact: createToyExecutor() }, budgetBytes, workers: { count, start } })
      expect(await evaluator.ask(question)).toEqual(await alone())
      expect(evaluator.counts().mostTensorBytes).toBeLessThanOrEqual(budgetBytes)
      await evaluator.close()
    }
  })

  it('give the same bytes where the memory of dropped tensors is gone at once, with and without room for them', async () => {
    const { port1: nowhere } = new MessageChannel()
    nowhere.close()
    let freed = 0
    const free = (buffer: ArrayBuffer) => {
      freed++
      nowhere.postMessage(null, [buffer])
    }
    const start = () => startBench({ executors: { exact: createToyExecutor() }, free })
    for (const budgetBytes of [1000, 2 ** 20]) {
      const evaluator = createEvaluator({ ...source, executors: { exact: createToyExecutor() }, budgetBytes, workers: { count: 2, start } })
      expect(await evaluator.ask(question)).toEqual(await alone())
      expect(await evaluator.ask({ ...question, layers: ['b', 'd'] })).toEqual(await alone({ ...question, layers: ['b', 'd'] }))
      expect(evaluator.counts().tensorsEvicted > 0).toBe(budgetBytes === 1000)
      await evaluator.close()
    }
    expect(freed).toBeGreaterThan(100)
  })

  it('throw what an executor throws there, and can be asked again', async () => {
    let isBroken = true
    const toy = createToyExecutor()
    const executor = {
      ...toy,
      async load(...section: Parameters<typeof toy.load>) {
        if (isBroken) throw new QError('OP_UNSUPPORTED', 'not here', { at: ['b'], hint: 'elsewhere' })
        return toy.load(...section)
      },
    }
    const evaluator = createEvaluator({
      ...source,
      executors: { exact: executor },
      workers: { count: 2, start: () => startBench({ executors: { exact: executor } }) },
    })
    await expect(evaluator.ask(question)).rejects.toMatchObject({ code: 'OP_UNSUPPORTED', at: ['b'], hint: 'elsewhere' })
    isBroken = false
    expect(await evaluator.ask(question)).toEqual(await alone())
    await evaluator.close()
  })

  it('are ended between two steps of a task, and the thread only then', async () => {
    const toy = createToyExecutor()
    let [running, started] = [0, 0]
    let begun = (): void => {}
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    const executor = {
      ...toy,
      async load(...section: Parameters<typeof toy.load>) {
        const session = await toy.load(...section)
        const run: typeof session.run = async (...feeds) => {
          running++
          started++
          begun()
          await new Promise((resolve) => setTimeout(resolve, 5))
          running--
          return session.run(...feeds)
        }
        return { ...session, run }
      },
    }
    const ended: number[] = []
    const start = (): EvaluationWorker => {
      const bench = startBench({ executors: { exact: executor } })
      return {
        ...bench,
        async terminate() {
          ended.push(running)
          await bench.terminate()
        },
      }
    }
    const evaluator = createEvaluator({ ...source, executors: { exact: executor }, workers: { count: 1, start } })
    const asked = evaluator.ask(question)
    asked.catch(() => {})
    await hasBegun
    await evaluator.close()
    expect(ended).toEqual([0])
    expect(started).toBeLessThanOrEqual(2)
    await expect(asked).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  it('are over when a thread ends by itself', async () => {
    let fail: (error: Error) => void = () => {}
    const silent: EvaluationWorker = {
      post() {},
      onMessage() {},
      onFailure(listener) {
        fail = listener
      },
      async terminate() {},
    }
    const evaluator = createEvaluator({ ...source, executors: { exact: createToyExecutor() }, workers: { count: 1, start: () => silent } })
    const answer = evaluator.ask(question)
    setTimeout(() => fail(new Error('out of memory')), 10)
    await expect(answer).rejects.toThrow('out of memory')
    await expect(evaluator.ask(question)).rejects.toThrow('out of memory')
  })

  it('apply the post-processing that the thread was given', async () => {
    const postProcess: WorkbenchOptions['postProcess'] = (results) =>
      new Map(
        [...results].map(([name, { data }]) => [`${name}_half`, { dtype: 'f32', shape: [4], data: (data as Float32Array).slice(0, 4) }]),
      )
    const compare = { postProcess, postProcessDigest: 'first four' }
    const executors = { exact: createToyExecutor() }
    const there = createEvaluator({
      ...source,
      executors,
      compare,
      workers: { count: 1, start: () => startBench({ executors, postProcess }) },
    })
    const here = createEvaluator({ ...source, executors, compare })
    const [answer] = await there.ask({ trials: trials.slice(0, 1), metrics: ['cosine'] })
    expect(answer!.losses['cosine']!.outputs[0]!.name).toBe('y_half')
    expect([answer]).toEqual(await here.ask({ trials: trials.slice(0, 1), metrics: ['cosine'] }))
    await there.close()
  })
})
