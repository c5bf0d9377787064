import type { Graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { modelBuilder } from '../test/model-builder.ts'
import type { OnnxTranslator } from './onnx-translator.ts'
import type { OrtRuntime } from './ort-runtime.ts'
import type { ProbeCase } from './probe-cases.ts'
import { convCases, exactSums, linearCases, matMulCases } from './probe-cases.ts'
import { probeKernels } from './probe-kernels.ts'

const count = (graph: Graph, op: string) => graph.nodes.filter((node) => node.op === op).length

/** The cases that a probing model was built from, told by its operators. */
function casesOf(graph: Graph): readonly ProbeCase[] {
  if (count(graph, 'QLinearConv') > 0) return linearCases
  if (count(graph, 'MatMulInteger') > 0) return matMulCases
  const isGrouped = graph.nodes.some(({ attrs }) => Number(attrs['group'] ?? 1) > 1)
  return convCases.filter(({ group }) => group > 1 === isGrouped)
}

/** A runtime that gives exact results, but for models that `isWrong`. */
function runtime(isWrong: (graph: Graph) => boolean): {
  readonly ort: OrtRuntime
  readonly onnx: Pick<OnnxTranslator, 'builder' | 'encode'>
} {
  let model: Graph
  return {
    onnx: {
      builder: modelBuilder,
      encode: (graph) => {
        model = graph
        return new Uint8Array()
      },
    },
    ort: {
      Tensor: class {
        readonly type = ''
        readonly data = undefined
        readonly dims = []
      },
      InferenceSession: {
        async create() {
          const graph = model
          return {
            release: async () => {},
            run: async () =>
              Object.fromEntries(
                casesOf(graph).map((each, i) => {
                  const data = each.result(exactSums(each))
                  // One sum of one case, as a kernel that saturates at 16 bits would spoil it.
                  if (isWrong(graph) && i === 0) data[5]! -= 1
                  return [graph.outputs[i]!, { type: '', data, dims: [] }]
                }),
              ),
          }
        },
      },
    },
  }
}

const hasSigned = (graph: Graph) => [...graph.values.values()].some(({ type }) => type.dtype === 'i8')

describe('probeKernels', () => {
  it('takes the fastest storage when all are exact', async () => {
    const { ort, onnx } = runtime(() => false)
    expect(await probeKernels(ort, onnx)).toEqual({ conv: 'u8', depthwise: 'f32', matMul: 'i8', linearConv: 'i8' })
  })

  it('takes unsigned weights where kernels for signed ones saturate', async () => {
    const { ort, onnx } = runtime((graph) => hasSigned(graph))
    expect(await probeKernels(ort, onnx)).toEqual({ conv: 'u8', depthwise: 'f32', matMul: 'u8', linearConv: 'u8' })
  })

  it('takes the next storage where a float kernel is inexact', async () => {
    const { ort, onnx } = runtime((graph) => count(graph, 'Conv') > 0)
    expect(await probeKernels(ort, onnx)).toMatchObject({ depthwise: 'u8' })
  })

  it('refuses a runtime without any exact kernel', async () => {
    const { ort, onnx } = runtime(() => true)
    await expect(probeKernels(ort, onnx)).rejects.toMatchObject({ code: 'KERNEL_INEXACT' })
  })
})

describe('probe cases', () => {
  it('reach the pairs of products that saturate 16 bits', () => {
    for (const { x, w } of [...convCases, ...linearCases, ...matMulCases]) {
      expect(x.includes(255)).toBe(true)
      expect(w.includes(-128)).toBe(true)
      expect(w.includes(127)).toBe(true)
    }
  })

  it('know exact sums: a window of one place is a dot product', () => {
    const [first] = matMulCases
    const { x, w, xZero, xShape, channels } = first!
    let sum = 0
    for (let i = 0; i < xShape[1]!; i++) sum += (x[i * 49 + 3]! - xZero) * w[2 * xShape[1]! + i]!
    expect(channels).toBeGreaterThan(2)
    expect(exactSums(first!)[2 * 49 + 3]).toBe(sum)
  })
})
