import * as onnxruntime from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { modelBuilder } from '../test/model-builder.ts'
import type { OrtRuntime } from './ort-runtime.ts'
import { fusesInFloat32 } from './probe-fusion.ts'

/** A runtime whose one result is given, and how often it was asked. */
function runtime(data: Uint8Array | undefined): { readonly ort: OrtRuntime; sessions(): number } {
  let sessions = 0
  const ort = {
    Tensor: onnxruntime.Tensor,
    InferenceSession: {
      create: async () => {
        sessions++
        if (data === undefined) throw new Error('no such operator')
        const result = { type: 'uint8', data, dims: [1, 6, 1, 256] }
        return { run: async () => new Proxy({}, { get: () => result }), release: async () => {} }
      },
    },
  }
  return { ort: ort as unknown as OrtRuntime, sessions: () => sessions }
}

const onnx = { builder: modelBuilder, encode: () => new Uint8Array() }

describe('a fused requantization', () => {
  it('is not trusted where a code differs, or the operator is refused, and is asked for once', async () => {
    for (const data of [new Uint8Array(6 * 256), undefined]) {
      const { ort, sessions } = runtime(data)
      expect([await fusesInFloat32(ort, onnx), await fusesInFloat32(ort, onnx)]).toEqual([false, false])
      expect(sessions()).toBe(1)
    }
  })
})
