import type { Graph } from '@q/ir'
import type { OrtRuntime, OrtTensor } from '../src/ort-runtime.ts'
import { modelOf } from './small-translator.ts'

/** A runtime that counts its sessions. */
export interface CountingRuntime {
  readonly ort: OrtRuntime
  readonly counts: { created: number; released: number }
}

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  Identity: (a) => a,
  Relu: (a) => Math.max(0, a),
  Add: (a, b) => a + b,
  Mul: (a, b) => a * b,
}

/** @param refuses tells the models that it does not load, also by how many sessions there were before */
export function countingRuntime(refuses: (created: number, model: Graph) => boolean = () => false): CountingRuntime {
  const counts = { created: 0, released: 0 }
  const ort: OrtRuntime = {
    Tensor: class implements OrtTensor {
      readonly type: string
      readonly data: unknown
      readonly dims: readonly number[]
      constructor(type: never, data: never, dims: readonly number[]) {
        this.type = type
        this.data = data
        this.dims = dims
      }
    },
    InferenceSession: {
      async create(bytes) {
        const model = modelOf(bytes)
        if (refuses(counts.created, model)) throw new Error('no such kernel')
        counts.created++
        return {
          release: async () => void counts.released++,
          async run(feeds) {
            const values = new Map<string, Float32Array>()
            for (const { name, constant } of model.values.values())
              if (constant !== undefined) values.set(name, constant.data as Float32Array)
            for (const { name } of model.inputs) values.set(name, feeds[name]!.data as Float32Array)
            for (const { op, inputs, outputs } of model.nodes) {
              const [a, b] = inputs.map((name) => values.get(name!)!)
              const at = (list: Float32Array | undefined, i: number) => list?.[list.length === 1 ? 0 : i] ?? 0
              values.set(
                outputs[0]!,
                Float32Array.from(a!, (each, i) => operators[op]!(each, at(b, i))),
              )
            }
            return Object.fromEntries(model.outputs.map((name) => [name, { type: 'float32', data: values.get(name), dims: [] }]))
          },
        }
      },
    },
  }
  return { ort, counts }
}
