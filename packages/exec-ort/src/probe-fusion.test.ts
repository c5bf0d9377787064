import * as onnxruntime from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { modelBuilder } from '../test/model-builder.ts'
import type { OrtRuntime } from './ort-runtime.ts'
import { channelsInBlock } from './probe-blocks.ts'
import { fusesInFloat32 } from './probe-fusion.ts'
import { probeKernels } from './probe-kernels.ts'

/** A runtime whose one result is given, and what the sessions were made with that it was asked by. */
function runtime(data: Uint8Array | undefined): { readonly ort: OrtRuntime; readonly sessions: readonly unknown[] } {
  const sessions: unknown[] = []
  const ort = {
    Tensor: onnxruntime.Tensor,
    InferenceSession: {
      create: async (_: Uint8Array, options: unknown) => {
        sessions.push(options)
        if (data === undefined) throw new Error('no such operator')
        const result = { type: 'uint8', data, dims: [1, 6, 1, 256] }
        return { run: async () => new Proxy({}, { get: () => result }), release: async () => {} }
      },
    },
  }
  return { ort: ort as unknown as OrtRuntime, sessions }
}

const onnx = { builder: modelBuilder, encode: () => new Uint8Array() }

describe('a fused requantization', () => {
  it('is not trusted where a code differs, or the operator is refused, and is asked for once', async () => {
    for (const data of [new Uint8Array(6 * 256), undefined]) {
      const { ort, sessions } = runtime(data)
      expect([await fusesInFloat32(ort, onnx), await fusesInFloat32(ort, onnx)]).toEqual([false, false])
      expect(sessions).toHaveLength(1)
    }
  })

  it('is asked for by one thread, and so are all questions: pools of threads that spin outlive their one run', async () => {
    const { ort, sessions } = runtime(undefined)
    await fusesInFloat32(ort, onnx)
    await channelsInBlock(ort, onnx)
    await expect(probeKernels(ort, onnx)).rejects.toThrow('no such operator')
    expect(sessions.length).toBeGreaterThan(2)
    const one = { intraOpNumThreads: 1, extra: { session: { intra_op: { allow_spinning: '0' } } } }
    for (const session of sessions) expect(session).toMatchObject(one)
  })
})
