import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Executor, Graph, Tensor } from '@q/ir'
import { build } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'
import { onnxNodeFile } from './onnx-node.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const made: string[] = []
afterAll(() => made.forEach((file) => rmSync(file, { force: true })))

/** What is written into a source file: after a line of it, or at its end. */
type Edits = Readonly<Record<string, readonly { readonly after?: string; readonly text: string }[]>>

const sources = `
export { bm1684x } from '@q/backend-bm1684x'
export { createOrtExecutor } from '@q/exec-ort'
export { createReferenceExecutor } from '@q/exec-ref'
export { resolve } from '@q/ir'
export { backendConformance, executorConformance } from '@q/ir/conformance'
export { countFlops, encodeWeights, readTop, readTpu, writeTop, writeTpu } from '@q/mlir'
export { importOnnx, onnxTranslator } from '@q/onnx'
export * as ort from 'onnxruntime-node'
`
type Parts = typeof import('@q/backend-bm1684x') &
  typeof import('@q/exec-ort') &
  typeof import('@q/exec-ref') &
  typeof import('@q/ir') &
  typeof import('@q/ir/conformance') &
  typeof import('@q/mlir') &
  typeof import('@q/onnx') & { readonly ort: unknown }

/** The packages as they are with these edits and no others. */
async function withEdits(name: string, edits: Edits): Promise<Parts> {
  const outfile = join(root, 'node_modules', `.made-up-${name}-${process.pid}.mjs`)
  made.push(outfile)
  const edited = new Set<string>()
  await build({
    stdin: { contents: sources, resolveDir: join(root, 'tools/cli') },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['q-source'],
    external: ['onnxruntime-node'],
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    plugins: [
      {
        name: 'edits',
        setup({ onLoad, onResolve }) {
          // A file of its own is none of this repository's.
          onResolve({ filter: /^\.\/wrap\.ts$/ }, ({ resolveDir }) => ({ path: join(resolveDir, 'wrap.ts') }))
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const place = relative(root, path)
            if (edits[place] === undefined) return undefined
            edited.add(place)
            return { contents: edits[place].reduce(editText, existsSync(path) ? readFileSync(path, 'utf8') : ''), loader: 'ts' }
          })
        },
      },
    ],
  })
  expect([...edited].sort()).toEqual(Object.keys(edits).sort())
  return (await import(pathToFileURL(outfile).href)) as Parts
}

function editText(source: string, { after, text }: Edits[string][number]): string {
  if (after === undefined) return `${source}\n${text}`
  expect(source).toContain(after)
  return source.replace(after, () => `${after}\n${text}`)
}

const targetFile = 'packages/backend-bm1684x/src/target.ts'
const signatureFile = 'packages/onnx/src/signature/arithmetic-signatures.ts'
const spellingFile = 'packages/mlir/src/plain-spellings.ts'
const signatureOf = (line: string): Edits => ({
  [signatureFile]: [
    { text: "import { extension } from './signature.ts'" },
    { after: 'export const arithmeticSignatures: readonly Signature[] = [', text: line },
  ],
})
const rowOf = (line: string): Edits => ({
  [spellingFile]: [{ after: 'export const plainSpellings: readonly PlainSpelling[] = [', text: line }],
})
const inFloat32 = (op: string): Edits => ({ [targetFile]: [{ after: 'const full: readonly OpForm[] = [', text: `  '${op}' as OpForm,` }] })

/** A function of two numbers: what docs/add-an-op.md says is to be written. */
const hypot: Edits = {
  'packages/ir/src/ops/float/binary.ts': [{ text: "export const Hypot = binary('Hypot', Math.hypot)" }],
  ...signatureOf("  extension('Hypot', 'A B'),"),
  ...rowOf("  { op: 'Hypot', flops: 3 },"),
  ...inFloat32('Hypot'),
}

/** An operator with a type rule and an attribute of its own: a window of the last axis that wraps around. */
const wrap: Edits = {
  'packages/ir/src/ops/float/index.ts': [{ text: "export * from './wrap.ts'" }],
  'packages/ir/src/ops/float/wrap.ts': [
    {
      text: `
import { must } from '../infer.ts'
import { defineOp, one, own, shared } from '../define.ts'
export const Wrap = defineOp({
  name: 'Wrap',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { more: { type: 'int', default: 1, mayBeAbsent: false } },
  infer({ x }, { more }) {
    must(x.shape.length > 0, 'C1: x has a last axis', 'none')
    return { y: { dtype: x.dtype, shape: [...x.shape.slice(0, -1), x.shape.at(-1) + more] } }
  },
})`,
    },
  ],
  'packages/onnx/src/signature/arithmetic-signatures.ts': signatureOf("  extension('Wrap', 'X', { attrs: { more: int(1) } }),")[
    signatureFile
  ]!,
  'packages/exec-ref/src/ops/movement.ts': [
    {
      text: `
import { newResult } from '../operands.ts'
function wrap(call) {
  const { data, type } = operand(call, 0)
  const width = type.shape.at(-1)
  const wide = width + call.attrs['more']
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) y[i] = data[Math.floor(i / wide) * width + ((i % wide) % width)]
  return [y]
}`,
    },
    { after: 'export const movementKernels: Readonly<Record<string, Kernel>> = {', text: '  Wrap: wrap,' },
  ],
  [spellingFile]: [
    { text: "import { field } from './codec/field.ts'" },
    ...rowOf(
      "  { op: 'Wrap', top: { fields: [field('i64', 'more', 'more')] }, tpu: { fields: [field('i64', 'more', 'more')] }, flops: 0 },",
    )[spellingFile]!,
  ],
  ...inFloat32('Wrap'),
}

const fed = (shape: readonly number[], numbers: readonly number[]): Tensor => ({ dtype: 'f32', shape, data: Float32Array.from(numbers) })

async function resultOf(executor: Executor, graph: Graph, feeds: ReadonlyMap<string, Tensor>): Promise<readonly number[]> {
  const session = await executor.load(graph)
  const results = await session.run(new Map(graph.inputs.map(({ name }) => [name, feeds.get(name)!])))
  await session.close?.()
  return [...(results.get(graph.outputs[0]!)!.data as Float32Array)]
}

/** ONNX to both executors, INT8 and F32, to both dialects and back: each gives these numbers. */
async function expectEverywhere(
  parts: Parts,
  {
    op,
    operands,
    attrs = {},
    wanted,
  }: { op: string; operands: readonly Tensor[]; attrs?: Readonly<Record<string, number>>; wanted: readonly number[] },
): Promise<Graph> {
  const { bm1684x, createOrtExecutor, createReferenceExecutor, encodeWeights, importOnnx, onnxTranslator, ort, resolve } = parts
  const { readTop, readTpu, writeTop, writeTpu } = parts
  const file = onnxNodeFile(
    op,
    operands.map(({ shape, data }) => ({ shape, floats: [...(data as Float32Array)] })),
    attrs,
  )
  const graph = await importOnnx(file)
  const feeds = new Map(operands.map((tensor, i) => [`x${i}`, tensor]))
  const reference = createReferenceExecutor()
  const fast = createOrtExecutor({ ort: ort as never, onnx: onnxTranslator, fallback: reference, precision: 'exact' })
  const backend = bm1684x({ codec: { write: writeTpu, read: readTpu, encodeWeights } })
  const ends = { min: -32, max: 32 }
  const table = new Map([...graph.values.keys()].map((name) => [name, { threshold: 32, ...ends }] as const))
  const top = writeTop(graph)
  expect(top.text).toContain(`"top.${op}"`)
  const graphs = [graph, readTop(top.text, top.weights)]
  for (const mode of ['F32', 'INT8'] as const) {
    const { graph: lowered } = resolve(graph, table as never, new Map(), backend, { mode, asymmetric: false, highPrecision: false })
    const tpu = writeTpu(lowered)
    expect(tpu.text).toContain(`"tpu.${op}"`)
    graphs.push(lowered, readTpu(tpu.text, tpu.weights))
  }
  for (const each of graphs) {
    for (const executor of [reference, fast]) {
      const found = await resultOf(executor, each, feeds)
      expect(found.length).toBe(wanted.length)
      found.forEach((number, i) => expect(number).toBeCloseTo(wanted[i]!, 5))
    }
  }
  return graph
}

describe('a made-up float operator', () => {
  it('of two numbers needs four files, from ONNX to both executors, the chip and its text', async () => {
    const parts = await withEdits('hypot', hypot)
    expect(Object.keys(hypot).length).toBe(4)
    const operands = [fed([2, 3], [3, 5, 8, -3, 0, 7]), fed([3], [4, 12, 15])]
    const graph = await expectEverywhere(parts, { op: 'Hypot', operands, wanted: [5, 13, 17, 5, 12, Math.hypot(7, 15)] })
    expect(parts.countFlops(graph)).toBe(18)
  })

  it('with a type rule of its own needs six', async () => {
    const parts = await withEdits('wrap', wrap)
    expect(Object.keys(wrap).length).toBe(6)
    await expectEverywhere(parts, {
      op: 'Wrap',
      operands: [fed([2, 3], [1, 2, 3, 4, 5, 6])],
      attrs: { more: 2 },
      wanted: [1, 2, 3, 1, 2, 4, 5, 6, 4, 5],
    })
  })
})
