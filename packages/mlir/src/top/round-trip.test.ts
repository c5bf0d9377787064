import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isVendorText, reference, referenceFiles } from '../../test/reference-files.ts'
import type { MlirAttribute, MlirModule } from '../index.ts'
import { encodeWeights, parseMlir, printMlir, readTop, writeTop } from '../index.ts'

/** The running sums of this file name their axis by a weight too; the graph has the attribute only, so a weight is missing. */
const axisAsWeight = 'top-mlir/text/lstr_top.mlir'

describe.skipIf(reference === undefined)('Top files (skipped: no ../shared)', () => {
  const files = referenceFiles().filter(({ path, text }) => !path.includes('origin') && text.includes('"TOP_F32"'))
  const vendor = files.filter(({ path, text }) => isVendorText(text) && path !== axisAsWeight)
  const weightFile = (text: string): string => /weight_file = "([^"]*)"/.exec(text)![1]!

  it("gives the vendor's text back byte for byte in the spelling it was read from", () => {
    expect(vendor.length).toBeGreaterThan(30)
    for (const { path, text } of vendor) {
      const written = writeTop(readTop(text, undefined, { file: path }), {
        weightFile: weightFile(text),
        allowMissingWeights: true,
        like: text,
      }).text
      expect(written === text, path).toBe(true)
    }
  })

  it('gives it back without that spelling but for wildcards in shapes and ends of slices', () => {
    for (const { path, text } of vendor) {
      const written = writeTop(readTop(text, undefined, { file: path }), { weightFile: weightFile(text), allowMissingWeights: true }).text
      expect(printMlir(withoutFreeChoices(parseMlir(written))) === printMlir(withoutFreeChoices(parseMlir(text))), path).toBe(true)
    }
  })

  it('counts operations as the vendor does', () => {
    for (const { path, text } of files.filter(({ text: each }) => each.includes('module.FLOPs'))) {
      const graph = readTop(text)
      const counted = /module.FLOPs = (\d+)/.exec(writeTop({ ...graph, properties: {} }, { allowMissingWeights: true }).text)![1]
      expect(counted, path).toBe(/module.FLOPs = (\d+)/.exec(text)![1])
    }
  })

  it("reads a file in the least form as the vendor's own", () => {
    const read = (path: string) => readTop(readFileSync(join(reference!, path), 'utf8'))
    const least = read('top-mlir/resnet8_cifar10/minimal_top.mlir')
    const full = read('top-mlir/resnet8_cifar10/vendor_top.mlir')
    expect(least.nodes.map(({ op, outputs, attrs }) => [op, outputs, attrs])).toEqual(
      full.nodes.map(({ op, outputs, attrs }) => [op, outputs, attrs]),
    )
    expect(least.outputs).toEqual(full.outputs)
  })

  it('carries weights through to the bytes of the weight file', () => {
    const folder = join(reference!, 'top-mlir/mnist-8')
    const npz = new Uint8Array(readFileSync(join(folder, 'mnist_top_f32_all_weight.npz')))
    const graph = readTop(readFileSync(join(folder, 'vendor_top.mlir'), 'utf8'), npz)
    expect(graph.values.get('Parameter194')).toMatchObject({ isConstant: true, type: { dtype: 'f32', shape: [1, 10] } })
    const { text, weights } = writeTop(graph)
    expect([...weights.keys()]).toEqual(['Parameter5', '25', 'Parameter87', '26', 'Parameter193_reshape1', 'Parameter194'])
    const again = readTop(text, encodeWeights(weights))
    for (const [name, value] of graph.values) expect(again.values.get(name)?.constant?.data, name).toEqual(value.constant?.data)
  })

  it.skipIf(!existsSync(join(reference ?? '', 'tpu-mlir/mnist-8/mnist-8_origin.mlir')))("refuses an importer's file without shapes", () => {
    const text = readFileSync(join(reference!, 'tpu-mlir/mnist-8/mnist-8_origin.mlir'), 'utf8')
    expect(() => readTop(text)).toThrowError(
      expect.objectContaining({ code: 'MLIR_UNRANKED', at: ['line 8', 'Convolution28_Output_0_Conv'] }),
    )
  })
})

/** Blanks what sources choose freely and graphs hold resolved: `shape`, `flatten_start_dim`, `ends`, `hasparamConvert_axes`. */
function withoutFreeChoices(module: MlirModule): MlirModule {
  const free = new Set(['shape', 'flatten_start_dim', 'ends', 'hasparamConvert_axes'])
  return {
    ...module,
    operations: module.operations.map((operation) => ({
      ...operation,
      attributes: new Map<string, MlirAttribute>([...operation.attributes].filter(([name]) => !free.has(name))),
    })),
  }
}
