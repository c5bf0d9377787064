import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'
import { bm1684x } from '@q/backend-bm1684x'
import { cv18xx } from '@q/backend-cv18xx'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Backend, Graph, ObserverFactory, Plan, Tensor } from '@q/ir'
import { graph, resolve } from '@q/ir'
import { fixedStrategy } from '@q/ir/conformance'
import { encodeWeights, readTpu, writeTop, writeTpu } from '@q/mlir'
import { exportOnnx } from '@q/onnx'

// A program of its own: `node packed-readers.js PACKAGE REPOSITORY` in the folder of a reader who has installed PACKAGE and compiled the blocks of its
// README. What the blocks declare is given here, from packages installed elsewhere: two copies of @q/ir meet, as they may.

/** A reader of one block: what they have (globals and files), and what has to come out. */
interface Reader {
  readonly given?: () => Promise<object> | object
  /** What the block exports, and all that has been printed so far. */
  readonly check: (exported: Exported, printed: () => string) => Promise<void> | void
}

type Exported = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>

const [, , name = '', repository = ''] = process.argv

const net = graph`
  image: f32[1,3,8,8]
  filter: f32[4,3,1,1] = 0.5
  features = Conv(image, filter) {strides = [1, 1], pads = [0, 0, 0, 0]}
  scores = Sigmoid(features)
  return scores
`
const ranges = new Map([
  ['image', { threshold: 1, min: -1, max: 1 }],
  ['features', { threshold: 1.5, min: -1.5, max: 1.5 }],
  ['scores', { threshold: 1, min: 0, max: 1 }],
])
const filled = (value: number): Tensor => ({ dtype: 'f32', shape: [1, 3, 8, 8], data: new Float32Array(192).fill(value) })
const samples = { count: 2, load: async (index: number) => new Map([['image', filled(1 - index / 2)]]) }
const quantized = (backend: Backend) => resolve(net, ranges, new Map(), backend, { mode: 'INT8' }).graph
const codec = { write: writeTpu, read: readTpu, encodeWeights }
const emitted = (backend: Backend) => backend.emit(quantized(backend), { name: 'net', time: 0 }).files
const operators = ({ nodes }: Graph) => nodes.map(({ op }) => op)

/** What comes out of an image of ones: 0.5 times the sum of three, and its sigmoid. */
const [feature, score] = [1.5, 1 / (1 + Math.exp(-1.5))]

function near(tensor: Tensor | undefined, value: number): void {
  assert.deepEqual(tensor?.shape, [1, 4, 8, 8])
  for (const element of tensor.data) assert.ok(Math.abs(Number(element) - value) < 1e-5, `${element}, wanted ${value}`)
}

/** Every text occurs in what was printed. */
const says =
  (...texts: readonly string[]) =>
  (_: Exported, printed: () => string) => {
    for (const text of texts) assert.ok(printed().includes(text), `printed:\n${printed()}\nwanted: ${text}`)
  }

/** The compiled module of the copy of `examples/custom-observer` beside this program's folder. */
const ownObserver = async () => import(new URL('../examples/custom-observer/src/mean-of-maxima.js', import.meta.url).href)

const readers: Readonly<Record<string, readonly Reader[]>> = {
  '@q/backend-bm1684x': [
    { check: says('chip = "bm1684x"', 'QConv(', 'scores: f32[1,4,8,8]') },
    { given: () => ({ codec, quantized: quantized(bm1684x()) }), check: says('.mlir', '.npz', '.qbmodel') },
  ],
  '@q/backend-acuity': [
    { check: says('= QConv(', 'scores') },
    { check: says('  conv_3: dynamic_fixed_point-i16', 'int16 codes have 12 bits behind the point') },
  ],
  '@q/backend-cv18xx': [
    { check: says('chip = "cv181x"', 'QConv(', 'scores: bf16[1,4,8,8]') },
    { given: () => ({ codec, quantized: quantized(cv18xx({ chip: 'cv181x' })) }), check: says('.mlir', '.npz', '.qcvimodel') },
    {
      given: () => {
        const files = [...emitted(cv18xx({ codec, chip: 'cv181x' }))]
        return { bytes: files.find(([file]) => file.endsWith('.qcvimodel'))?.[1] }
      },
      check: says('cv181x', 'true', 'image'),
    },
  ],
  '@q/calib': [
    { given: () => ({ graph: net, samples, executor: createReferenceExecutor() }), check: says('image', 'features', 'scores') },
    {
      check({ mean }) {
        const value = { name: 'image', index: 0, count: 3, elements: 2, samples: 2 }
        const observer = (mean as unknown as ObserverFactory).create(value)
        for (const values of [[1, -3], [2]]) observer.observe(Float32Array.from(values))
        assert.deepEqual(observer.range(), { threshold: 2.5, min: -3, max: 2 })
      },
    },
  ],
  '@q/data': [
    {
      given: () => {
        cpSync(join(repository, 'examples/quickstart/images/3_003.png'), 'images/3_003.png')
        return {}
      },
      check: says('1, 3, 224, 224'),
    },
  ],
  '@q/example-custom-observer': [
    {
      given: async () => ({ graph: net, samples, executor: createReferenceExecutor(), ...(await ownObserver()) }),
      check: says('scores 0.748'),
    },
  ],
  '@q/exec-ort': [
    {
      async check({ layerOf }) {
        near((await layerOf!(net, filled(1), 'features', createReferenceExecutor())) as Tensor, feature)
      },
    },
  ],
  '@q/exec-ref': [
    {
      async check({ run }) {
        const results = (await run!(net, new Map([['image', filled(1)]]))) as ReadonlyMap<string, Tensor>
        near(results.get('scores'), score)
      },
    },
  ],
  '@q/fpfwd': [{ check: says('scores', 'F16') }],
  '@q/ir': [
    {
      check({ quantize }, printed) {
        const table = ['image 1 -1 1', 'features 1.5 -1.5 1.5', 'scores 1 0 1'].join('\n')
        const lowered = quantize!(net, table, bm1684x()) as unknown as Graph
        assert.ok(operators(lowered).includes('QConv'), operators(lowered).join())
        says('3 ranges')({}, printed)
      },
    },
    { check: says('y: f32[1,4,6,6] = Conv(x, w)') },
  ],
  '@q/mixprec': [
    {
      async check({ layersInFloat }) {
        const plan: Plan = new Map([['scores', 'F16']])
        const found = await layersInFloat!(net, ranges, bm1684x(), createReferenceExecutor(), samples, fixedStrategy(plan))
        assert.deepEqual((found as { readonly plan: Plan }).plan, plan)
      },
    },
  ],
  '@q/mlir': [
    {
      given: () => {
        const { text, weights } = writeTop(net, { weightFile: 'net_top_f32_all_weight.npz' })
        writeFileSync('net.mlir', text)
        writeFileSync('net_top_f32_all_weight.npz', encodeWeights(weights))
        return {}
      },
      check() {
        const text = readFileSync('net.mlir', 'utf8').replace('net_top_f32_all_weight.npz', 'net_w.npz')
        assert.equal(readFileSync('net_again.mlir', 'utf8'), text)
        assert.deepEqual(readFileSync('net_w.npz'), readFileSync('net_top_f32_all_weight.npz'))
      },
    },
  ],
  '@q/onnx': [
    {
      given: () => {
        const large = graph`
          image: f32[1,3,224,224]
          filter: f32[4,3,1,1] = 0.5
          features = Conv(image, filter) {strides = [1, 1], pads = [0, 0, 0, 0]}
          return features
        `
        writeFileSync('model.onnx', exportOnnx(large))
        return {}
      },
      check: says('features'),
    },
  ],
}

for (const [i, { given, check }] of (readers[name] ?? []).entries()) {
  Object.assign(globalThis, await given?.())
  const lines: string[] = []
  console.log = (...values) => lines.push(format(...values))
  const exported = await import(pathToFileURL(`block-${i}.js`).href)
  await check(exported, () => lines.join('\n'))
  process.stdout.write(`block ${i}\n`)
}
