import { readdirSync } from 'node:fs'
import { target } from '@q/backend-bm1684x'
import { fingerprintOf, type Graph, isQError } from '@q/ir'
import { printGraph } from '@q/ir/graph'
import { encodeWeights, readTop, writeTop } from '@q/mlir'
import { importOnnx } from '@q/onnx'
import { describe, expect, it } from 'vitest'
import { dice } from './kept-results/dice.ts'
import { randomNetwork } from './kept-results/random-network.ts'
import { hasShared, sharedBytes, sharedPath, sharedTitle } from './shared.ts'

/** The graph as a program finds it that starts from the file. */
function readBack(graph: Graph): Graph {
  const { text, weights } = writeTop(graph)
  return readTop(text, encodeWeights(weights))
}

const models = ['models', 'models/graph_only'].flatMap((folder) =>
  hasShared
    ? readdirSync(sharedPath(folder), { encoding: 'utf8' })
        .filter((file) => file.endsWith('.onnx'))
        .map((file) => `${folder}/${file}`)
    : [],
)

/** Shapes for models that leave them open. */
const openShapes: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'models/ch_PP-OCRv3_det.onnx': [[1, 3, 640, 640]],
  'models/vit_pgd_2_3_16_cifar10.onnx': [[1, 3, 32, 32]],
}

describe.skipIf(!hasShared)(sharedTitle('a network has one fingerprint, imported or read from its Top file'), () => {
  it.each(models)('%s', async (file) => {
    const inputShapes = openShapes[file]
    const graph = await importOnnx(sharedBytes(file), {
      place: file,
      readExternal: async (location, { offset, length }) => sharedBytes(file, '..', location).subarray(offset, offset + length),
      ...(inputShapes === undefined ? {} : { inputShapes }),
    })
    const again = readBack(graph)
    expect(fingerprintOf(again)).toBe(fingerprintOf(graph))
    expect(fingerprintOf(readBack(again))).toBe(fingerprintOf(graph))
  })
})

describe('a graph has one fingerprint, made in memory or read from its Top file', () => {
  it('whatever operators it has', () => {
    let written = 0
    for (let seed = 1; seed <= 200; seed++) {
      const graph = randomNetwork(target, 12, dice(seed))
      let again: Graph
      try {
        again = readBack(graph)
      } catch (error) {
        if (!isQError(error)) throw error
        continue
      }
      written++
      expect(fingerprintOf(again), `seed ${seed}:\n${printGraph(graph)}\n${printGraph(again)}`).toBe(fingerprintOf(graph))
    }
    expect(written).toBeGreaterThan(100)
  })
})
