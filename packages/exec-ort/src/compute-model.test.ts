import { describe, expect, it } from 'vitest'
import { modelComputer } from './compute-model.ts'
import type { OrtRuntime, OrtTensor } from './ort-runtime.ts'

const given = (type: string, data: unknown, dims: readonly number[]): OrtTensor => ({ type, data, dims })

/** A runtime whose models all give these outputs, and whether its session was released. */
function runtimeOf(
  outputs: Readonly<Record<string, OrtTensor>>,
  fails = false,
): { readonly ort: OrtRuntime; readonly released: () => number } {
  let released = 0
  const session = {
    run: async () => (fails ? Promise.reject(new Error('no kernel')) : outputs),
    release: async () => void released++,
  }
  return { ort: { InferenceSession: { create: async () => session }, Tensor: class {} as never }, released: () => released }
}

describe('computing a model of constants', () => {
  it('gives its outputs in order, in our element types, and lets the session go', async () => {
    const { ort, released } = runtimeOf({ b: given('int64', BigInt64Array.of(3n), []), a: given('float32', Float32Array.of(1, 2), [2, 1]) })
    expect(await modelComputer(ort)(new Uint8Array())).toEqual([
      { dtype: 'i64', shape: [], data: BigInt64Array.of(3n) },
      { dtype: 'f32', shape: [2, 1], data: Float32Array.of(1, 2) },
    ])
    expect(released()).toBe(1)
  })

  it('refuses what the runtime does not run, and elements that are no numbers', async () => {
    const failing = runtimeOf({}, true)
    await expect(modelComputer(failing.ort)(new Uint8Array())).rejects.toMatchObject({ code: 'ORT_REFUSED', found: 'no kernel' })
    expect(failing.released()).toBe(1)
    const words = runtimeOf({ a: given('string', ['x'], [1]) })
    await expect(modelComputer(words.ort)(new Uint8Array())).rejects.toMatchObject({ code: 'ORT_REFUSED', found: 'string' })
  })
})
