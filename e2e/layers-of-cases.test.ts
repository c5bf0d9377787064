import { readdirSync } from 'node:fs'
import { bm1684x } from '@q/backend-bm1684x'
import { modelComputer, type OrtRuntime } from '@q/exec-ort'
import { type Graph, parseCalibrationTable, resolve } from '@q/ir'
import { importOnnx } from '@q/onnx'
import * as onnxruntime from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'

import { hasShared, sharedBytes, sharedPath, sharedText, sharedTitle } from './shared.ts'

const compute = modelComputer(onnxruntime as unknown as OrtRuntime)

/** Networks that cannot be lowered to INT8 yet, or at all, and why. */
const refused: Readonly<Record<string, string>> = {
  inf_mask_add: 'TPU-MLIR itself does not lower a sum that is infinite',
}

const networks = hasShared ? readdirSync(sharedPath('cases/networks')) : []

/** The inputs, and the results of nodes that something uses; of a TopK the table has the row of the places alone. */
function usedLayers({ inputs, outputs: results, nodes }: Graph): readonly string[] {
  const used = new Set([...results, ...nodes.flatMap((node) => node.inputs)])
  return [...inputs.map(({ name }) => name), ...nodes.flatMap(({ op, outputs }) => (op === 'TopK' ? outputs.slice(1) : outputs))]
    .filter((name) => used.has(name))
    .sort()
}

/**
 * Small networks whose layers once differed from TPU-MLIR 1.30.2's: its calibration table, in the place of one of ours, has a row for every layer and
 * no other.
 */
describe.skipIf(networks.length === 0)(sharedTitle('layers of small networks, compared with a table of TPU-MLIR'), () => {
  it.each(networks)('%s', async (name) => {
    const path = `cases/networks/${name}`
    const graph = await importOnnx(sharedBytes(path, 'net.onnx'), { name, place: name, compute })
    const text = sharedText(path, 'table_vendor')
    const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(usedLayers(graph)).toEqual(rows.map((line) => line.split(' ')[0]!).sort())
    if (name in refused) return
    const { graph: lowered } = resolve(graph, parseCalibrationTable(text).entries, new Map(), bm1684x(), { mode: 'INT8' })
    expect(lowered.nodes.length).toBeGreaterThan(0)
  })
})
