import { readdirSync } from 'node:fs'
import { formatError, type Graph, parseGraph, printGraph } from '@q/ir'
import { graphDefects, quantizedDefects } from '@q/ir/graph'
import { readTop, readTpu } from '@q/mlir'
import { importOnnx } from '@q/onnx'
import { describe, expect, it } from 'vitest'
import { hasShared, sharedBytes, sharedPath, sharedText, sharedTitle } from './shared.ts'

/** A sound graph reads back from its text form as the text it was. */
function check(graph: Graph, quantized: boolean): void {
  expect((quantized ? quantizedDefects(graph) : graphDefects(graph)).map(formatError)).toEqual([])
  const text = printGraph(graph)
  expect(printGraph(parseGraph(text)) === text).toBe(true)
}

const folders = hasShared
  ? readdirSync(sharedPath('reference', 'tpu-mlir'), { withFileTypes: true }).filter((each) => each.isDirectory())
  : []
const files = folders.flatMap(({ name }) =>
  readdirSync(sharedPath('reference', 'tpu-mlir', name)).map((file) => ['reference', 'tpu-mlir', name, file]),
)
const canonical = files.filter(([, , , file]) => file!.endsWith('.mlir') && !/_(origin|tpu)\.mlir$/.test(file!))
const lowered = files.filter(([, , , file]) => /^bm1684x_(int8_sym|f16|bf16|f32)_tpu\.mlir$/.test(file!))
const models = hasShared ? readdirSync(sharedPath('models')).filter((file) => file.endsWith('.onnx')) : []

/** Shapes for models that leave them open. */
const openShapes: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'ch_PP-OCRv3_det.onnx': [[1, 3, 640, 640]],
  'vit_pgd_2_3_16_cifar10.onnx': [[1, 3, 32, 32]],
}

describe.skipIf(!hasShared)(sharedTitle('graphs are sound, and their text form loses nothing'), () => {
  it('of every network that TPU-MLIR transformed', () => {
    expect(canonical.length).toBeGreaterThan(5)
    for (const path of canonical) check(readTop(sharedText(...path)), false)
  })
  it('of every network that TPU-MLIR lowered', () => {
    expect(lowered.length).toBeGreaterThan(10)
    for (const path of lowered) check(readTpu(sharedText(...path)), true)
  })
  it.each(models)('imported from %s', async (file) => {
    const inputShapes = openShapes[file]
    check(await importOnnx(sharedBytes('models', file), inputShapes === undefined ? {} : { inputShapes }), false)
  })
})
