import { type Executor, type Graph, parseGraph, QError, type Section, type Tensor } from '@q/ir'
import { createSessionCache } from '@q/ir/section'
import { describe, expect, it } from 'vitest'
import { countingRuntime } from '../test/counting-runtime.ts'
import { smallTranslator } from '../test/small-translator.ts'
import { portableForms } from './kernel-forms.ts'
import { createOrtExecutor, type OrtExecutorOptions } from './ort-executor.ts'

const chain = parseGraph('graph chain\nx: f32[2]; c: f32[1] = [3]; p = Mul(x, c); q = Relu(p); y = Add(q, x)')
const withStranger = parseGraph('graph stranger\nx: f32[2]; p = Relu(x); q = Abs(p); r = Neg(q); y = Add(r, p)'.replace('Neg', 'Floor'))
const f32 = (...numbers: readonly number[]): Tensor => ({ dtype: 'f32', shape: [numbers.length], data: Float32Array.from(numbers) })

function setUp(options: Partial<OrtExecutorOptions> = {}, refuses?: Parameters<typeof countingRuntime>[0]) {
  const { ort, counts } = countingRuntime(refuses)
  return { counts, executor: createOrtExecutor({ ort, onnx: smallTranslator, kernels: portableForms, ...options }) }
}
async function run(executor: Executor, graph: Graph, feeds: Readonly<Record<string, Tensor>>, section?: Section) {
  const session = await executor.load(graph, section)
  const fetched = await session.run(new Map(Object.entries(feeds)))
  await session.close()
  return Object.fromEntries([...fetched].map(([name, { data }]) => [name, [...data]]))
}

/** Runs one operator by itself, and refuses all others. */
function fallback(op: string, f: (x: number) => number) {
  const counts = { open: 0 }
  const executor: Executor = {
    name: 'fallback',
    exact: true,
    async load(graph, section) {
      const nodes = graph.nodes.filter(({ outputs }) => section!.fetches!.includes(outputs[0]!))
      if (nodes.some((node) => node.op !== op)) throw new QError('OP_UNSUPPORTED', 'no')
      counts.open++
      return {
        feeds: section!.feeds!,
        fetches: section!.fetches!,
        run: async (values) => {
          const { data } = values.get(section!.feeds![0]!)!
          return new Map(section!.fetches!.map((name) => [name, f32(...[...(data as Float32Array)].map(f))]))
        },
        close: async () => void counts.open--,
      }
    },
  }
  return { executor, counts }
}

describe('sections on ONNX Runtime', () => {
  it('runs consecutive nodes in one session', async () => {
    const { executor, counts } = setUp()
    expect(await run(executor, chain, { x: f32(1, -2) })).toEqual({ y: [4, -2] })
    expect(counts).toEqual({ created: 1, released: 1 })
    expect(executor).toMatchObject({ name: 'onnxruntime (exact)', exact: true })
    expect(executor.cache).toBeUndefined()
  })

  it('keeps the memory of activations only where they are small', async () => {
    const { ort } = countingRuntime()
    const returning: unknown[] = []
    const { create } = ort.InferenceSession
    const watched = {
      ...ort,
      InferenceSession: {
        create: (bytes: Uint8Array, given: Readonly<Record<string, unknown>> = {}) => {
          returning.push([given['enableCpuMemArena'], given['enableMemPattern']])
          return create(bytes, given)
        },
      },
    }
    // Two results of two float32 numbers are alive at once.
    for (const keptBytes of [16, 15]) await run(setUp({ ort: watched, keptBytes }).executor, chain, { x: f32(1, -2) })
    expect(returning).toEqual([
      [undefined, undefined],
      [false, false],
    ])
  })

  it('fetches results of the middle, feeds and constants, which belong to the caller', async () => {
    const { executor } = setUp()
    const x = f32(1, -2)
    const session = await executor.load(chain, { fetches: ['q', 'y', 'x', 'c'] })
    const first = await session.run(new Map([['x', x]]))
    for (const { data } of first.values()) data.fill(9 as never)
    expect([...x.data]).toEqual([1, -2])
    const again = await session.run(new Map([['x', x]]))
    expect([...again].map(([name, { data }]) => [name, [...data]])).toEqual([
      ['q', [3, 0]],
      ['y', [4, -2]],
      ['x', [1, -2]],
      ['c', [3]],
    ])
  })

  it('hands what cannot be written to another executor, and drops tensors on the way', async () => {
    const abs = fallback('Abs', Math.abs)
    const { executor, counts } = setUp({ fallback: abs.executor })
    const graph = parseGraph('x: f32[2]; p = Relu(x); q = Abs(p); y = Add(q, p)')
    expect(await run(executor, graph, { x: f32(5, -1) }, { fetches: ['p', 'y'] })).toEqual({ p: [5, 0], y: [10, 0] })
    expect(counts).toEqual({ created: 2, released: 2 })
    expect(abs.counts.open).toBe(0)
  })

  it('lists every node that nobody can run', async () => {
    const refused = { code: 'OP_UNSUPPORTED', at: ['q', 'r'], found: 'Abs, Floor' }
    await expect(setUp().executor.load(withStranger)).rejects.toMatchObject(refused)
    await expect(setUp({ fallback: fallback('Abs', Math.abs).executor }).executor.load(withStranger)).rejects.toMatchObject(refused)
    const broken: Executor = { name: 'broken', exact: true, load: async () => Promise.reject(new Error('no disk')) }
    await expect(setUp({ fallback: broken }).executor.load(withStranger)).rejects.toThrow('no disk')
  })

  it('says that the runtime refused a model when there is nobody else', async () => {
    const { executor, counts } = setUp({}, (created) => created === 0)
    const graph = parseGraph('graph half\nx: f32[2]; p = Relu(x); q = Mul(p, p); y = Relu(q)')
    await expect(executor.load(graph)).rejects.toMatchObject({ code: 'ORT_REFUSED', at: ['half'], found: 'no such kernel' })
    expect(counts).toEqual({ created: 0, released: 0 })
  })

  it('leaves a run that the runtime refuses to the other executor, and says so when there is none', async () => {
    const { ort } = countingRuntime()
    const { create } = ort.InferenceSession
    const failing = {
      ...ort,
      InferenceSession: {
        create: async (bytes: Uint8Array) => ({ ...(await create(bytes)), run: () => Promise.reject(new Error('no such shape')) }),
      },
    }
    const graph = parseGraph('graph one\nx: f32[2]; y = Relu(x)')
    const relu = fallback('Relu', (x) => Math.max(0, x))
    expect(await run(setUp({ ort: failing, fallback: relu.executor }).executor, graph, { x: f32(5, -1) })).toEqual({ y: [5, 0] })
    expect(relu.counts.open).toBe(0)
    const alone = run(setUp({ ort: failing }).executor, graph, { x: f32(5, -1) })
    await expect(alone).rejects.toMatchObject({ code: 'ORT_REFUSED', at: ['one'], found: 'no such shape' })
  })

  it('divides a model that the runtime refuses until the other executor has the nodes it cannot run', async () => {
    const double = fallback('Add', (x) => 2 * x)
    const graph = parseGraph('x: f32[2]; p = Relu(x); q = Add(p, p); r = Mul(q, p); y = Relu(r)')
    const { executor, counts } = setUp({ fallback: double.executor }, (_, model) => model.nodes.some(({ op }) => op === 'Add'))
    expect(await run(executor, graph, { x: f32(5, -1) })).toEqual({ y: [50, 0] })
    expect(counts).toEqual({ created: 2, released: 2 })
    expect(double.counts.open).toBe(0)
  })

  it('frees what was loaded before when nobody can run a node', async () => {
    const abs = fallback('Abs', Math.abs)
    const graph = parseGraph('x: f32[2]; p = Relu(x); q = Abs(p); y = Mul(q, q)')
    const { executor, counts } = setUp({ fallback: abs.executor }, (_, model) => model.nodes.some(({ op }) => op === 'Mul'))
    await expect(executor.load(graph)).rejects.toMatchObject({ code: 'OP_UNSUPPORTED', at: ['y'], found: 'Mul' })
    expect(counts).toEqual({ created: 1, released: 1 })
    expect(abs.counts.open).toBe(0)
  })

  it('frees a session once, and does not run it any more', async () => {
    const { executor, counts } = setUp()
    const session = await executor.load(chain)
    await session.close()
    await session.close()
    expect(counts.released).toBe(1)
    await expect(session.run(new Map([['x', f32(1, 2)]]))).rejects.toThrow('the session was closed')
  })

  it('leaves threads to the runtime unless told otherwise', async () => {
    const { ort } = countingRuntime()
    const seen: unknown[] = []
    const { InferenceSession } = ort
    const create: typeof InferenceSession.create = (model, options) => {
      seen.push(options)
      return InferenceSession.create(model, options)
    }
    const watched = { ...ort, InferenceSession: { create } }
    const make = (threads: number | undefined) =>
      createOrtExecutor({ ort: watched, onnx: smallTranslator, precision: 'fast', ...(threads === undefined ? {} : { threads }) })
    await make(undefined).load(chain)
    await make(1).load(chain)
    expect(make(1)).toMatchObject({ name: 'onnxruntime (fast)', exact: false })
    expect(seen).toEqual([expect.not.objectContaining({ intraOpNumThreads: 1 }), expect.objectContaining({ intraOpNumThreads: 1 })])
  })
})

describe('feeds on ONNX Runtime', () => {
  const integers = parseGraph('x: i8[2]{scale 1}; n: i64[2]; y: i8[2]{scale 1} = Add(x, n)')
  const n: Tensor = { dtype: 'i64', shape: [2], data: BigInt64Array.of(1n, 2n) }
  const x: Tensor = { dtype: 'i8', shape: [2], data: Int8Array.of(5, -6) }

  it('takes integers in their own storage or as whole numbers', async () => {
    const { executor } = setUp()
    expect(await run(executor, integers, { x, n })).toEqual({ y: [6, -4] })
    const floats = { x: { ...x, data: Float32Array.of(5, -6) }, n: { ...n, data: Float32Array.of(1, 2) } }
    expect(await run(executor, integers, floats)).toEqual({ y: [6, -4] })
  })

  it.each(['f16', 'bf16'] as const)('takes numbers of %s as they are, in a Float32Array', async (dtype) => {
    const halves = { x: { dtype, shape: [2], data: Float32Array.of(0.5, 2) } }
    expect(await run(setUp().executor, parseGraph(`x: ${dtype}[2]; y = Add(x, x)`), halves)).toEqual({ y: [1, 4] })
  })

  it.each([
    ['none', {}, 'FEED_MISSING'],
    ['another element type', { x: f32(5, -6), n }, 'FEED_TYPE'],
    ['another shape', { x: { ...x, shape: [1, 2] }, n }, 'FEED_TYPE'],
    ['other elements than its shape says', { x: { ...x, data: Int8Array.of(1) }, n }, 'FEED_TYPE'],
    ['other storage', { x: { ...x, data: Int32Array.of(5, -6) }, n }, 'FEED_TYPE'],
    ['numbers that are no codes', { x: { ...x, data: Float32Array.of(5, 200) }, n }, 'FEED_TYPE'],
  ] as const)('refuses %s', async (_, feeds, code) => {
    await expect(run(setUp().executor, integers, feeds as never)).rejects.toMatchObject({ code, at: ['x'] })
  })
})

describe('sessions kept by structure', () => {
  /** Sections that differ only in what thresholds decide. */
  const requantized = (constant: number, multiplier: number, scale: number, name = 'y') =>
    parseGraph(
      `x: i8[2]{scale ${scale}}; ${name}: i8[2]{scale 1} = QAddConstant(x) {constant = ${constant}, multipliers = [${multiplier}]}`,
    )
  const x: Tensor = { dtype: 'i8', shape: [2], data: Int8Array.of(2, -3) }

  it('makes one for all that differ only in thresholds, where these are fed', async () => {
    const cache = createSessionCache({ budgetBytes: 1e9 })
    const { executor, counts } = setUp({ cache, parameters: 'fed' })
    expect(executor.cache).toBe(cache)
    for (let i = 1; i <= 20; i++) {
      expect(await run(executor, requantized(i, 1 + (i % 5), i / 8), { x })).toEqual({ y: [2 * (1 + (i % 5)) + i, -3 * (1 + (i % 5)) + i] })
    }
    expect(counts).toEqual({ created: 1, released: 0 })
    expect(cache.counts()).toMatchObject({ misses: 1, hits: 19, entries: 1 })
    await cache.close()
    expect(counts.released).toBe(1)
  })

  it('makes one for each where they are baked in, and finds it again under other names', async () => {
    const cache = createSessionCache({ budgetBytes: 1e9 })
    const { executor, counts } = setUp({ cache })
    for (const name of ['y', 'z']) {
      for (let i = 1; i <= 3; i++) expect(await run(executor, requantized(i, 1, 1, name), { x })).toEqual({ [name]: [2 + i, -3 + i] })
    }
    expect(counts.created).toBe(3)
  })

  it('feeds numbers that happen to be equal apart', async () => {
    const cache = createSessionCache({ budgetBytes: 1e9 })
    const { executor, counts } = setUp({ cache, parameters: 'fed' })
    const two = (a: number, b: number) =>
      parseGraph(`x: i8[2]; p: i8[2] = QAddConstant(x) {constant = ${a}}; y: i8[2] = QAddConstant(p) {constant = ${b}}`)
    expect(await run(executor, two(4, 4), { x })).toEqual({ y: [10, 5] })
    expect(await run(executor, two(4, 7), { x })).toEqual({ y: [13, 8] })
    expect(counts.created).toBe(1)
  })

  it('leaves the constants of float operators in the model', async () => {
    const cache = createSessionCache({ budgetBytes: 1e9 })
    const { executor, counts } = setUp({ cache, parameters: 'fed' })
    for (const c of [1, 2, 1]) await run(executor, parseGraph(`x: f32[2]; c: f32[1] = [${c}]; y = Mul(x, c)`), { x: f32(1, 2) })
    expect(counts.created).toBe(2)
  })

  it('keeps what the budget holds and closes the rest', async () => {
    const cache = createSessionCache({ budgetBytes: 500_000 })
    const { executor, counts } = setUp({ cache })
    for (let i = 1; i <= 5; i++) await run(executor, requantized(i, 1, 1), { x })
    expect(cache.counts().sizeBytes).toBeLessThanOrEqual(500_000)
    expect(counts).toEqual({ created: 5, released: 3 })
  })

  it('does not mix runtimes or their options in one cache', async () => {
    const cache = createSessionCache({ budgetBytes: 1e9 })
    for (const options of [{ cache }, { cache }, { cache, threads: 1 }]) {
      const { executor, counts } = setUp(options)
      expect(await run(executor, requantized(1, 1, 1), { x })).toEqual({ y: [3, -2] })
      expect(counts.created).toBe(1)
    }
  })
})
