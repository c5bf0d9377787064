import { createOrtExecutor, faithfulGraphs } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import { type Executor, type Graph, parseGraph, type Tensor } from '@q/ir'
import { exportOnnx, onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'

const factors = 'g: f32[8] = [1,2,3,4,5,6,7,8]; b: f32[8] = [1,-1,2,-2,3,-3,4,-4]'
const norm = (exponent: number) =>
  `x: f32[1,4,8]; ${factors}; p: f32[1] = [${exponent}]; e: f32[1] = [1e-5]; m = ReduceMean(x) {axes = [2]}; d = Sub(x, m); q = Pow(d, p); v = ReduceMean(q) {axes = [2]}; a = Add(v, e); s = Sqrt(a); n = Div(d, s); o = Mul(n, g); y = Add(o, b)`
const gelu = (root: number) =>
  `x: f32[4,8]; r: f32[1] = [${root}]; one: f32[1] = [1]; h: f32[1] = [0.5]; u = Div(x, r); e = Erf(u); a = Add(e, one); m = Mul(x, a); y = Mul(m, h)`
const point = '{strides = [1,1], pads = [0,0,0,0]}'
const weights = (scale: number) => `w: f32[4,4,1,1] = [${[1, 2, 3, 4, 2, 1, 4, 3, 4, 3, 2, 1, 3, 4, 1, 2].map((each) => each * scale)}]`

/** Graphs beside those that ONNX Runtime looks for, and those. */
const looks: Readonly<Record<string, string>> = {
  'a norm over fourth powers': norm(4),
  'a norm over third powers': norm(3),
  'a norm': norm(2),
  'nearly a GELU': gelu(Math.SQRT2 - 3e-6),
  'a GELU': gelu(Math.SQRT2),
  'biases that take each other away': `x: f32[1,4,2,2]; ${weights(1)}; b: f32[4] = [1e9,-1e9,1e20,16777216]; c: f32[1,4,1,1] = [-1e9,1e9,-1e20,-16777216]; a = Conv(x, w, b) ${point}; y = Add(a, c)`,
  'factors that are finite one by one': `x: f32[1,4,2,2]; ${weights(1e30)}; s: f32[1] = [1e-20]; c: f32[1,4,1,1] = [1e10,1,1e-10,1e20]; i = Mul(x, s); a = Conv(i, w) ${point}; y = Mul(a, c)`,
  'a factor that belongs to one side':
    'x: f32[1,4]; s: f32[1] = [1e-30]; l: f32[1] = [1e30]; z: f32[4,1] = [1e30,1e30,1,1]; i = Mul(x, l); k = Abs(i); a = Mul(k, s); y = MatMul(a, z)',
}

const { builder, encode } = onnxTranslator
type Builder = ReturnType<typeof builder>
const float = (...shape: readonly number[]) => ({ dtype: 'f32', shape }) as const
const codes = (...shape: readonly number[]) => ({ dtype: 'u8', shape }) as const

/** Graphs of files, which translations write otherwise. */
const files: Readonly<Record<string, (build: Builder, x: string) => string>> = {
  'a matrix turned before a vector': (build, x) => {
    const turned = build.node('Transpose', [build.node('Reshape', [x, build.numbers('i64', [4, 4])], float(4, 4))], float(4, 4), {
      perm: [1, 0],
    })
    return build.node('MatMul', [turned, build.numbers('f32', [1, 2, 3, 4])], float(4))
  },
  'zeros around a maximum': (build, x) => {
    const negative = build.node('Sub', [x, build.numbers('f32', 9)], float(1, 1, 4, 4))
    const padded = build.node('Pad', [negative, build.numbers('i64', [0, 0, 1, 1, 0, 0, 1, 1])], float(1, 1, 6, 6))
    return build.node('MaxPool', [padded], float(1, 1, 5, 5), { kernel_shape: [2, 2] })
  },
  'two scales behind each other': (build, x) => {
    const [fine, coarse, zero] = [build.numbers('f32', 0.1), build.numbers('f32', 0.3), build.numbers('u8', 128)]
    const there = build.node('QuantizeLinear', [x, fine, zero], codes(1, 1, 4, 4))
    const back = build.node('DequantizeLinear', [there, fine, zero], float(1, 1, 4, 4))
    const again = build.node('QuantizeLinear', [back, coarse, zero], codes(1, 1, 4, 4))
    return build.node('DequantizeLinear', [again, coarse, zero], float(1, 1, 4, 4))
  },
}

const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i * 1.7 + 1) * 2))

const feedsOf = (graph: Graph) =>
  new Map(
    graph.inputs.map(({ name }): [string, Tensor] => {
      const { shape } = graph.values.get(name)!.type
      return [name, { dtype: 'f32', shape, data: numbers(shape.reduce((product, size) => product * size, 1)) }]
    }),
  )

async function run(executor: Executor, graph: Graph): Promise<readonly number[]> {
  const session = await executor.load(graph)
  const results = await session.run(feedsOf(graph))
  await session.close()
  return [...(results.get('y')!.data as Float32Array)]
}

async function runFile(
  file: Uint8Array,
  given: ReadonlyMap<string, Tensor>,
  options: Readonly<Record<string, unknown>>,
): Promise<readonly number[]> {
  const session = await ort.InferenceSession.create(file, { ...options, logSeverityLevel: 3, intraOpNumThreads: 1 })
  const feeds = [...given].map(([name, { data, shape }]) => [name, new ort.Tensor('float32', data as Float32Array, shape)] as const)
  const [y] = Object.values(await session.run(Object.fromEntries(feeds)))
  await session.release()
  return [...(y!.data as Float32Array)]
}

/** Where the optimized run of a file and the one as it stands differ. */
async function optimizedApart(file: Uint8Array, feeds: ReadonlyMap<string, Tensor>): Promise<readonly unknown[]> {
  return apart(await runFile(file, feeds, faithfulGraphs), await runFile(file, feeds, { graphOptimizationLevel: 'disabled' }))
}

const apart = (found: readonly number[], wanted: readonly number[]) =>
  wanted.flatMap((each, i) =>
    Object.is(each, found[i]) || Math.abs(each - found[i]!) <= 8e-6 * Math.max(Math.abs(each), 1e-3) ? [] : [[found[i], each]],
  )

describe('what ONNX Runtime might take for another graph', () => {
  it.each(Object.entries(looks))('%s is computed as it stands', async (_, text) => {
    const graph = parseGraph(`${text}; return y`)
    const wanted = await run(createReferenceExecutor(), graph)
    expect(apart(await run(createOrtExecutor({ ort, onnx: onnxTranslator, threads: 1 }), graph), wanted)).toEqual([])
    expect(await optimizedApart(exportOnnx(graph), feedsOf(graph))).toEqual([])
  })

  it.each(Object.entries(files))('%s is computed as it stands in a file', async (_, write) => {
    const build = builder()
    const x = build.input(float(1, 1, 4, 4))
    const y = write(build, x)
    const feeds = new Map([[x, { dtype: 'f32', shape: [1, 1, 4, 4], data: numbers(16) } as const]])
    expect(await optimizedApart(encode(build.build('look', [y])), feeds)).toEqual([])
  })

  it('a cubic at places outside weighs elements that are those at the border, in both executors', async () => {
    const grid = 'g: f32[1,1,4,2] = [-1.2,-1.1,1.3,0.4,0.1,-1.9,0.3,0.2]'
    const graph = parseGraph(`x: f32[1,1,4,5]; ${grid}; y = GridSample(x, g) {mode = "cubic", padding_mode = "border"}; return y`)
    const reference = createReferenceExecutor()
    const wanted = await run(reference, graph)
    expect(apart(await run(createOrtExecutor({ ort, onnx: onnxTranslator, threads: 1, fallback: reference }), graph), wanted)).toEqual([])
  })
})
