import type { Graph, Tensor } from '@q/ir'
import { elementCount } from '@q/ir'
import { edgesOf } from '@q/ir/graph'

/** Elements of an output that only the quantized model makes the same for every input. */
export interface MuteElements {
  readonly mute: number
  readonly elements: number
  /** The largest magnitude of the float model's elements. */
  readonly largest: number
}

/** Sees whether elements of a list change from input to input, in the float model and in the quantized one. */
export interface ElementWatch {
  see(wanted: Tensor, found: Tensor): void
  /** Nothing where at most half of the elements that vary are mute: few inputs may well have equal codes. */
  result(): MuteElements | undefined
}

/** Of shares and probabilities most are next to nothing for most inputs, and are the same code rightly. */
const shares: ReadonlySet<string> = new Set(['Softmax', 'Sigmoid'])

/** A watch for an output that is one list of numbers, none of them a share; nothing for others. */
export function watchElements(graph: Graph, output: string): ElementWatch | undefined {
  const { shape } = graph.values.get(output)!.type
  const elements = elementCount(shape)
  if (elements < 2 || elements !== shape.at(-1) || shares.has(edgesOf(graph).producer.get(output)?.op ?? '')) return undefined
  let first: readonly [Tensor['data'], Tensor['data']] | undefined
  const varies = [new Uint8Array(elements), new Uint8Array(elements)] as const
  let largest = 0
  return {
    see({ data: wanted }, { data: found }) {
      first ??= [wanted, found]
      for (let i = 0; i < elements; i++) {
        if (wanted[i] !== first[0][i]) varies[0][i] = 1
        if (found[i] !== first[1][i]) varies[1][i] = 1
        const reach = Math.abs(Number(wanted[i]))
        if (reach > largest && reach !== Number.POSITIVE_INFINITY) largest = reach
      }
    },
    result() {
      let [mute, alive] = [0, 0]
      for (let i = 0; i < elements; i++) {
        if (varies[0][i] === 0) continue
        alive++
        if (varies[1][i] === 0) mute++
      }
      return 2 * mute > alive && mute < elements ? { mute, elements, largest } : undefined
    },
  }
}
