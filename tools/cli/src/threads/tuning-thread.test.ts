import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SharedTuning } from '@q/calib'
import type { Graph } from '@q/ir'
import { allOps, parseGraph } from '@q/ir'
import { afterAll, describe, expect, it } from 'vitest'
import { referenceExecutor } from '../wiring/executors.ts'
import { serveTuning } from './serve-tuning.ts'
import type { FromTuningThread, ToTuningThread } from './tuning-thread.ts'
import { startTuningThread } from './tuning-thread.ts'

const folder = mkdtempSync(join(tmpdir(), 'q-tuning-'))
afterAll(() => rmSync(folder, { recursive: true }))

const graph: Graph = parseGraph('x: f32[1,4]; y = Relu(x)')

const shared = (): SharedTuning => ({
  graph,
  samples: [new Map([['x', { dtype: 'f32', shape: [1, 4], data: Float32Array.of(-4, 0.01, 0.5, 4) } as const]])],
  values: new Map([
    ['x', { threshold: 1, magnitude: 4 }],
    ['y', { threshold: 1, magnitude: 4 }],
  ]),
  claims: new Int32Array(new SharedArrayBuffer(4)),
})

/** A thread whose program is these lines. */
function started(lines: string) {
  const file = join(folder, `${lines.length}.mjs`)
  writeFileSync(file, `import { parentPort, workerData } from 'node:worker_threads'\n${lines}`)
  return startTuningThread(graph, 1, pathToFileURL(file))!
}

describe('a thread that tunes', () => {
  it('claims searches and tells the thresholds', async () => {
    const told = shared()
    const answer = await new Promise<FromTuningThread>((resolve) => {
      const message = structuredClone({ ...told, graph: { ...graph, ops: undefined } })
      serveTuning({ on: (_, listener) => listener(message), postMessage: resolve, close() {} }, referenceExecutor(), new Int32Array(1))
    })
    expect([...told.claims]).toEqual([1])
    expect(answer.thresholds?.get('x')).toBe(4)
  })

  it('gets plain data, and its answers come back', async () => {
    const thread = started(`parentPort.on('message', (message) => {
      if (message === undefined) parentPort.close()
      else parentPort.postMessage({ thresholds: new Map([...message.values.keys()].map((name) => [name, message.samples.length])) })
    })`)
    const wanted = new Map([
      ['x', 1],
      ['y', 1],
    ])
    expect([await thread.tune(shared()), await thread.tune(shared())]).toEqual([wanted, wanted])
    await thread.close()
    await expect(thread.tune(shared())).rejects.toThrow('ended')
  })

  it.each([
    ['fails', "parentPort.once('message', () => parentPort.postMessage({}))"],
    ['throws', "throw new Error('no memory')"],
    ['ends', "parentPort.once('message', () => process.exit(1))"],
  ])('rejects when it %s', async (_, lines) => {
    await expect(started(lines).tune(shared())).rejects.toThrow()
  })

  it('gives up what it does, and then ends', async () => {
    const ended = await new Promise((resolve) => {
      const said: unknown[] = []
      const told = structuredClone({ ...shared(), graph: { ...graph, ops: undefined } })
      const on = (_: string, listener: (message: ToTuningThread | undefined) => void) => [told, undefined].map(listener)
      serveTuning({ on, postMessage: (answer) => said.push(answer), close: () => resolve(said) }, referenceExecutor(), Int32Array.of(1))
    })
    expect(ended).toEqual([{ thresholds: undefined }])
  })

  it('is told to end, and awaited', async () => {
    const lines =
      "parentPort.on('message', (message) => { if (message === undefined && Atomics.load(workerData.stopped, 0) === 1) parentPort.close() })"
    const thread = started(lines)
    const answer = thread.tune(shared())
    await thread.close()
    await expect(answer).rejects.toThrow()
  })

  it('is none without its program, or for operators that cannot be told to it', () => {
    expect(startTuningThread(graph, 1, pathToFileURL(join(folder, 'missing.mjs')))).toBeUndefined()
    const own = { ...graph, ops: new Map([['Relu', { ...allOps.get('Relu')! }]]) } as unknown as Graph
    expect(startTuningThread(own, 1, pathToFileURL(folder))).toBeUndefined()
  })
})
