import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { SharedTuning } from '@q/calib'
import type { Graph } from '@q/ir'
import { allOps, parseGraph } from '@q/ir'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { referenceExecutor } from '../wiring/executors.ts'
import type { FromCalibrationThread, ToCalibrationThread } from './calibration-thread.ts'
import { startCalibrationThread } from './calibration-thread.ts'
import { serveCalibration } from './serve-calibration.ts'

const folder = mkdtempSync(join(tmpdir(), 'q-calibration-'))
afterAll(() => rmSync(folder, { recursive: true }))

const graph: Graph = parseGraph('x: f32[1,4]; y = Relu(x)')

const shared = (): SharedTuning => ({
  graph,
  samples: [new Map([['x', { dtype: 'f32', shape: [1, 4], data: Float32Array.of(-4, 0.01, 0.5, 4) } as const]])],
  tables: [
    new Map([
      ['x', { threshold: 1, magnitude: 4 }],
      ['y', { threshold: 1, magnitude: 4 }],
    ]),
  ],
  claims: new Int32Array(new SharedArrayBuffer(4)),
})

writeFileSync(join(folder, 'x.npy'), npyOf(Float32Array.of(1, 2, 3, 4)))
const samples = {
  entries: [join(folder, 'x.npy'), join(folder, 'missing.npy')],
  inputs: [{ name: 'x', shape: [1, 4], dtype: 'f32' }],
} as const

/** A float array of shape [1, 4] as a file of NumPy's. */
function npyOf(elements: Float32Array): Uint8Array {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), }".padEnd(117)
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.from([118, 0]),
    Buffer.from(`${header}\n`),
    Buffer.from(elements.buffer),
  ])
}

/** What is said in answer to requests, the end of the thread included. */
async function answersTo(
  messages: readonly (ToCalibrationThread | undefined)[],
  stopped = 0,
  mostBytes = 2 ** 20,
): Promise<readonly FromCalibrationThread[]> {
  const said: FromCalibrationThread[] = []
  await new Promise<void>((resolve) => {
    let listener = (_: ToCalibrationThread | undefined): void => {}
    const port = {
      on: (_: string, heard: typeof listener) => {
        listener = heard
      },
      postMessage: (message: FromCalibrationThread) => {
        said.push(message)
        if (said.length === messages.length && messages.at(-1) !== undefined) resolve()
      },
      close: resolve,
    }
    serveCalibration(port, { samples: { ...samples, mostBytes }, executor: referenceExecutor(), stopped: Int32Array.of(stopped) })
    for (const message of structuredClone(messages)) listener(message)
  })
  return said
}

const tuning = (told: SharedTuning, request = 0): ToCalibrationThread => {
  const { ops: _, ...plain } = told.graph
  return { kind: 'tune', request, tuning: { ...told, graph: plain } }
}

/** A thread whose program is these lines. */
function started(lines: string) {
  const file = join(folder, `${lines.length}.mjs`)
  writeFileSync(file, `import { parentPort, workerData } from 'node:worker_threads'\n${lines}`)
  return startCalibrationThread(graph, samples, 1, pathToFileURL(file))!
}

describe('a thread that loads samples and tunes', () => {
  it('claims searches and tells the thresholds', async () => {
    const told = shared()
    const answers = await answersTo([tuning(told, 7)])
    expect([...told.claims]).toEqual([1])
    expect(answers).toEqual([{ request: 7, answer: [expect.objectContaining({ size: 2 })] }])
    expect((answers[0]!.answer as readonly ReadonlyMap<string, number>[])[0]!.get('x')).toBe(4)
  })

  it('loads samples, and answers with nothing where it cannot', async () => {
    const answers = await answersTo([
      { kind: 'load', request: 3, index: 0 },
      { kind: 'load', request: 4, index: 1 },
    ])
    const tensor = { dtype: 'f32', shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }
    expect(answers).toContainEqual({ request: 3, answer: new Map([['x', tensor]]) })
    expect(answers).toContainEqual({ request: 4, answer: undefined })
  })

  it('takes no more memory for a file than is allowed', async () => {
    expect(await answersTo([{ kind: 'load', request: 3, index: 0 }], 0, 100)).toEqual([{ request: 3, answer: undefined }])
  })

  it('is asked for samples from the start, and as long as it lives', async () => {
    const thread = started(`parentPort.on('message', (message) => {
      if (message === undefined) return parentPort.close()
      const { request, index } = message
      parentPort.postMessage({ request, answer: index === 5 ? undefined : new Map([['x', index]]) })
    })`)
    expect(await Promise.all([thread.load(2), thread.load(5), thread.load(3)])).toEqual([
      new Map([['x', 2]]),
      undefined,
      new Map([['x', 3]]),
    ])
    await thread.close()
    expect(await thread.load(2)).toBeUndefined()
  })

  it('gets plain data, and its answers come back', async () => {
    const thread = started(`parentPort.on('message', (message) => {
      if (message === undefined) return parentPort.close()
      const { request, tuning } = message
      parentPort.postMessage({ request, answer: tuning.tables.map((values) => new Map([...values.keys()].map((name) => [name, tuning.samples.length]))) })
    })`)
    const wanted = [
      new Map([
        ['x', 1],
        ['y', 1],
      ]),
    ]
    expect([await thread.tune(shared()), await thread.tune(shared())]).toEqual([wanted, wanted])
    await thread.close()
    await expect(thread.tune(shared())).rejects.toThrow('ended')
  })

  it.each([
    ['fails', "parentPort.once('message', ({ request }) => parentPort.postMessage({ request }))"],
    ['throws', "throw new Error('no memory')"],
    ['ends', "parentPort.once('message', () => process.exit(1))"],
  ])('rejects when it %s', async (_, lines) => {
    await expect(started(lines).tune(shared())).rejects.toThrow()
  })

  it('gives up what it does, and then ends', async () => {
    const answers = await answersTo([tuning(shared()), undefined], 1)
    expect(answers).toEqual([{ request: 0, answer: undefined }])
  })

  it('is told to end, and awaited', async () => {
    const lines =
      "parentPort.on('message', (message) => { if (message === undefined && Atomics.load(workerData.stopped, 0) === 1) parentPort.close() })"
    const thread = started(lines)
    const answer = thread.tune(shared())
    await thread.close()
    await expect(answer).rejects.toThrow()
  })

  it('keeps the process until it has ended, also when it answers before', async () => {
    const thread = started(`let asked
    parentPort.on('message', (message) => {
      if (message !== undefined) asked = message.request
      else { parentPort.postMessage({ request: asked }); setTimeout(() => parentPort.close(), 20) }
    })`)
    const answer = thread.tune(shared()).catch((error: Error) => error.message)
    const letGo = vi.spyOn(Worker.prototype, 'unref')
    await thread.close()
    expect(await answer).toBe('the thread could not do it')
    expect(letGo).not.toHaveBeenCalled()
    letGo.mockRestore()
  })

  it('is none without its program, or for operators that cannot be told to it', () => {
    expect(startCalibrationThread(graph, samples, 1, pathToFileURL(join(folder, 'missing.mjs')))).toBeUndefined()
    const own = { ...graph, ops: new Map([['Relu', { ...allOps.get('Relu')! }]]) } as unknown as Graph
    expect(startCalibrationThread(own, samples, 1, pathToFileURL(folder))).toBeUndefined()
  })
})
