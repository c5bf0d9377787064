import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isVendorText, reference, referenceFiles } from '../../test/reference-files.ts'
import { encodeWeights, parseMlir, readTpu, writeTpu } from '../index.ts'

describe.skipIf(reference === undefined)('lowered files (skipped: no ../shared)', () => {
  // bm1684x, INT8 symmetric, F16 and F32
  const files = referenceFiles().filter(({ path, text }) => /bm1684x_(int8_sym|f16|f32)_tpu/.test(path) && isVendorText(text))
  const weightFile = (text: string): string => /weight_file = "([^"]*)"/.exec(text)![1]!

  it("gives the vendor's text back byte for byte in the spelling it was read from", () => {
    expect(files.length).toBeGreaterThan(30)
    for (const { path, text } of files) {
      const written = writeTpu(readTpu(text, undefined, { file: path }), {
        weightFile: weightFile(text),
        allowMissingWeights: true,
        like: text,
      }).text
      expect(written === text, path).toBe(true)
    }
  })

  it('writes from the graph alone the same operations, operands and types, and equal numbers', () => {
    for (const { path, text } of files) {
      const written = parseMlir(writeTpu(readTpu(text), { weightFile: weightFile(text), allowMissingWeights: true }).text)
      const original = parseMlir(text)
      const outline = (module: typeof written) =>
        module.operations.map(({ name, location, operandTypes, resultTypes }) => [name, location, operandTypes, resultTypes])
      expect(outline(written), path).toEqual(outline(original))
      written.operations.forEach(({ attributes }, k) => {
        for (const name of ['multiplier', 'multipliers', 'rshift', 'rshifts', 'quant_mode', 'do_relu', 'quant_param', 'pads', 'axis']) {
          if (!attributes.has(name)) continue
          expect(attributes.get(name), `${path} ${original.operations[k]!.location?.[0]} ${name}`).toEqual(
            original.operations[k]!.attributes.get(name),
          )
        }
      })
    }
  })

  it('names the weight file as the vendor does', () => {
    for (const { path, text } of files.filter(({ path: each }) => each.startsWith('tpu-mlir/'))) {
      const graph = readTpu(text)
      expect(weightFile(writeTpu(graph, { allowMissingWeights: true }).text), path).toBe(weightFile(text))
    }
  })

  it('gives a file with TFLite requantization and inputs quantized on the host back byte for byte', () => {
    const paths = ['mnist-8', 'mobilenet_v1_0.25_128', 'mobilenet_v2_tv_rec'].map((name) => `tpu-mlir/${name}/cv183x_int8_sym_tpu.mlir`)
    for (const path of paths) {
      const text = readFileSync(join(reference!, path), 'utf8')
      expect(text).toContain('tpu.GenericCpu')
      const graph = readTpu(text, undefined, { file: path })
      expect(writeTpu(graph, { weightFile: weightFile(text), allowMissingWeights: true, like: text }).text === text, path).toBe(true)
    }
  })

  it('carries integers through to the bytes of the weight file', () => {
    const folder = join(reference!, 'tpu-mlir/zoo_nn')
    const text = readFileSync(join(folder, 'bm1684x_int8_sym_tpu.mlir'), 'utf8')
    const graph = readTpu(text, new Uint8Array(readFileSync(join(folder, 'bm1684x_int8_sym_weights.npz'))))
    const deconv = graph.nodes.find(({ op }) => op === 'QConvTranspose')!
    expect(graph.values.get(deconv.inputs[1]!)!.constant!.data).toBeInstanceOf(Int8Array)
    const again = readTpu(text, encodeWeights(writeTpu(graph).weights))
    for (const [name, value] of graph.values) expect(again.values.get(name)?.constant, name).toEqual(value.constant)
  })
})
