import { bm1684x } from '@q/backend-bm1684x'
import { createOrtExecutor, type OrtRuntime } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import { createResolver, layerOf, parseCalibrationTable, type Tensor } from '@q/ir'
import { onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { isLong } from './long-tests.ts'
import { floatNetwork, recordedInput } from './reference-network.ts'
import { hasShared, sharedText, sharedTitle } from './shared.ts'

/** A runtime that notes which models arrange channels in blocks, and refuses them if it is told to. */
function noting(takesBlocks: boolean): { readonly ort: OrtRuntime; blocked(): number } {
  let blocked = 0
  const runtime = ort as unknown as OrtRuntime
  return {
    blocked: () => blocked,
    ort: {
      Tensor: runtime.Tensor,
      InferenceSession: {
        create(model, options) {
          const hasBlocks = Buffer.from(model).includes('com.microsoft.nchwc')
          if (hasBlocks && !takesBlocks) return Promise.reject(new Error('no such operator'))
          if (hasBlocks) blocked++
          return runtime.InferenceSession.create(model, options)
        },
      },
    },
  }
}

describe.skipIf(!hasShared)(sharedTitle('every value of a network, in any order'), () => {
  // The channels of yolov5n fill blocks of 8, which processors with AVX2 have, and not blocks of 16, which those with AVX-512 have.
  it.each<readonly [name: string, isArranged: boolean | undefined]>([
    ['mobilenet_v2_tv_rec', true],
    ['mobilenet_v1_0.25_128', true],
    ['resnet8_cifar10', true],
    ...(isLong ? [['yolov5n', undefined] as const] : []),
  ])('is what it is in order for %s, whether arranged in blocks or not', async (name, isArranged) => {
    const graph = await floatNetwork(name)
    const fetches = graph.nodes.flatMap(({ outputs }) => outputs)
    const runtime = noting(true)
    const executor = createOrtExecutor({ ort: runtime.ort, onnx: onnxTranslator, precision: 'fast', threads: 1 })
    const sortedResults = async (anyOrder: readonly string[]) => {
      const session = await executor.load(graph, { fetches, anyOrder })
      const found = await session.run(recordedInput(name, graph))
      await session.close()
      // As bit patterns: signs of zeros count.
      const bits = ({ data }: Tensor) => new Int32Array(data.buffer as ArrayBuffer, data.byteOffset, data.length).slice().sort()
      return new Map([...found].map(([output, tensor]) => [output, bits(tensor)]))
    }
    const [inOrder, anyOrder] = [await sortedResults([]), await sortedResults(fetches)]
    for (const [output, elements] of inOrder)
      expect(Buffer.from(elements.buffer).equals(Buffer.from(anyOrder.get(output)!.buffer))).toBe(true)
    // The probe of the runtime has a model in blocks of its own.
    if (process.arch === 'x64' && isArranged !== undefined) expect(runtime.blocked() > 1).toBe(isArranged)
  })
})

describe.skipIf(!hasShared)(sharedTitle('convolutions rounded to 16-bit floats'), () => {
  it.each(['mobilenet_v2_tv_rec', 'resnet8_cifar10', 'yolov5n'])(
    'give the same bytes for %s with channels in blocks and without',
    async (name) => {
      const graph = await floatNetwork(name)
      const table = parseCalibrationTable(sharedText('reference/tpu-mlir', name, 'cali_table')).entries
      const plan = new Map(graph.nodes.map((node) => [layerOf(node), 'F16']))
      const inFloat = createResolver(graph, table, bm1684x(), { mode: 'INT8' }).resolve(plan).graph
      const results = async (runtime: OrtRuntime) => {
        const executor = createOrtExecutor({ ort: runtime, onnx: onnxTranslator, threads: 1, fallback: createReferenceExecutor() })
        const session = await executor.load(inFloat)
        const found = await session.run(recordedInput(name, graph))
        await session.close()
        // Compared as a whole below: an assertion that walks megabytes byte by byte takes a minute.
        return new Map([...found].map(([output, { data }]) => [output, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]))
      }
      const [blocks, plain] = [noting(true), noting(false)]
      const [inBlocks, inPlain] = [await results(blocks.ort), await results(plain.ort)]
      expect([...inBlocks.keys()]).toEqual([...inPlain.keys()])
      for (const [output, bytes] of inBlocks) expect(bytes.equals(inPlain.get(output)!), output).toBe(true)
      // A processor without such kernels has nothing to compare: there both are the same way.
      const isKnown = process.arch === 'x64'
      expect(blocks.blocked() > 1).toBe(isKnown)
      expect(plain.blocked()).toBe(0)
    },
  )
})
