import { elementCount, valueOf } from '@q/ir'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { exportOnnx, importOnnx } from '../src/index.ts'
import { numbers, onnxFile, type SmallConstant, type SmallNode } from './onnx-file.ts'

/** A small network over `x` with the result `y`. */
export interface Case {
  readonly title: string
  /** Shape of the network's input. */
  readonly x: readonly number[]
  readonly nodes: readonly SmallNode[]
  readonly constants?: Readonly<Record<string, SmallConstant>>
  readonly opset?: number
  /** The operators of the canonical graph. */
  readonly ops: string
}

/** One number without axes. */
export const number = (value: number): SmallConstant => ({ data: [value], shape: [] })

/** Imports each network, compares the layers, and runs the file and what is written from the canonical graph. */
export function describeCanonical(what: string, cases: readonly Case[]): void {
  describe(`a canonical graph computes what the file does, and has the layers it should: ${what}`, () => {
    it.each(cases)('$title', async ({ x, nodes, constants = {}, opset, ops }) => {
      const file = onnxFile({ inputs: { x }, constants, nodes, outputs: 'y', ...(opset === undefined ? {} : { opset }) })
      const graph = await importOnnx(file)
      expect(graph.nodes.map(({ op }) => op).join(' ')).toBe(ops)
      const feeds = { x: new ort.Tensor('float32', Float32Array.from(numbers(x).data), [...x]) }
      const options = { logSeverityLevel: 4 } as const
      const wanted = (await (await ort.InferenceSession.create(file, options)).run(feeds))['y']!
      const found = Object.values(await (await ort.InferenceSession.create(exportOnnx(graph), options)).run(feeds))[0]!
      expect(elementCount(valueOf(graph, graph.outputs[0]!).type.shape)).toBe(wanted.data.length)
      const [ours, theirs] = [found, wanted].map(({ data }) => Array.from(data as Float32Array, Number)) as [number[], number[]]
      ours.forEach((each, i) => {
        expect(Math.abs(each - theirs[i]!), `${i}: ${each}, wanted ${theirs[i]}`).toBeLessThanOrEqual(
          2e-5 * Math.max(1, Math.abs(theirs[i]!)),
        )
      })
    })
  })
}
