import type { DType, Executor, Graph, Resolved, Tensor } from '@q/ir'
import { edgesOf } from '@q/ir/graph'
import { magnitude } from '../compare/magnitude.ts'
import { activationNames, openGraph } from './run-graph.ts'

/** Numbers inside a quantized model that are NaN or infinite where the float model's are finite: codes behind them are no comfort. */
export interface LostInside {
  /** The layer of the float graph that makes them first. */
  readonly layer: string
  readonly op: string
  /** The type in which they are. */
  readonly dtype: DType
  /** How many, on the first sample where there are any. */
  readonly numbers: number
  readonly sample: string
  /** On how many samples there are any. */
  readonly samples: number
  /** The largest magnitude of the float model there. */
  readonly largest: number
}

/** Watches what a quantized model computes in floats. */
export interface InsideWatch {
  /** Values of the quantized graph that have to be fetched beside its outputs. */
  readonly names: readonly string[]
  /** Looks at what was made of a sample; the float model is run only where a number is not finite. @param called what the sample is called */
  look(sample: ReadonlyMap<string, Tensor>, made: ReadonlyMap<string, Tensor>, called: string): Promise<void>
  lost(): LostInside | undefined
  close(): Promise<void>
}

const floats: ReadonlySet<string> = new Set(['f16', 'bf16', 'f32'])
const casts: ReadonlySet<string> = new Set(['Cast', 'DequantizeLinear', 'QuantizeLinear'])

/** Values inside a quantized graph that are computed in floats. */
export function floatsInside({ nodes, outputs, values }: Graph): readonly string[] {
  const handedOut = new Set(outputs)
  return nodes
    .flatMap((node) => node.outputs)
    .filter((name) => !handedOut.has(name) && values.get(name)!.type.quant === undefined && floats.has(values.get(name)!.type.dtype))
}

/** A watch over the float numbers of a quantized model. @param float runs the float graph */
export function watchInside(graph: Graph, { graph: quantized }: Pick<Resolved, 'graph'>, float: () => Executor): InsideWatch {
  const { producer } = edgesOf(graph)
  const sources = edgesOf(quantized).producer
  /** The value of the float graph whose numbers one stands for: casts hand on those of another. */
  const valueBehind = (name: string): string | undefined => {
    if (producer.has(name)) return name
    const node = sources.get(name)
    const source = node !== undefined && casts.has(node.op) ? node.inputs[0] : undefined
    return source === undefined ? undefined : valueBehind(source)
  }
  const behind = new Map(
    floatsInside(quantized).flatMap((name) => {
      const value = valueBehind(name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
  let first: Omit<LostInside, 'samples'> | undefined
  let samples = 0
  let open: ReturnType<typeof openGraph> | undefined
  return {
    names: [...behind.keys()],
    async look(sample, made, called) {
      const doubtful = [...behind].filter(([name]) => !isFinite(made.get(name)!))
      if (doubtful.length === 0) return
      open ??= openGraph(graph, float(), activationNames(graph))
      const wanted = await (await open).run(sample)
      for (const [name, layer] of doubtful) {
        const reference = wanted.get(layer)!
        const { numbers, onlyInfinite } = lostIn(made.get(name)!, reference)
        if (numbers === 0 || (onlyInfinite !== undefined && isLevelled(graph, layer, onlyInfinite))) continue
        samples++
        const { dtype } = quantized.values.get(name)!.type
        first ??= { layer, op: producer.get(layer)!.op, dtype, numbers, sample: called, largest: magnitude(reference.data) }
        return
      }
    },
    lost: () => (first === undefined ? undefined : { ...first, samples }),
    close: async () => (await open)?.close(),
  }
}

function isFinite({ data }: Tensor): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(Number(data[i]))) return false
  return true
}

/** Numbers that are not finite where they should be. @returns also the one infinity, or both, that they are; nothing where one is NaN */
function lostIn({ data: found }: Tensor, { data: wanted }: Tensor): { readonly numbers: number; readonly onlyInfinite?: Infinities } {
  let [numbers, unknown, low, high] = [0, 0, 0, 0]
  for (let i = 0; i < found.length; i++) {
    const each = Number(found[i])
    if (Number.isFinite(each) || !Number.isFinite(Number(wanted[i]))) continue
    numbers++
    if (Number.isNaN(each)) unknown++
    else if (each < 0) low++
    else high++
  }
  return unknown > 0 ? { numbers } : { numbers, onlyInfinite: high === 0 ? 'low' : low === 0 ? 'high' : 'both' }
}

type Infinities = 'low' | 'high' | 'both'

/** What makes the same of infinity as of any number that is too large for half precision. */
const levelling: ReadonlySet<string> = new Set('Erf Greater GreaterOrEqual HardSigmoid Less LessOrEqual Sigmoid Sign Tanh'.split(' '))
/** The same, of minus infinity alone: a mask. */
const levellingLow: ReadonlySet<string> = new Set(['Softmax', 'Exp', 'Relu', ...levelling])
/** What hands infinities on as they are. */
const handingOn: ReadonlySet<string> = new Set('Add Cast Concat Expand Reshape Slice Squeeze Transpose Unsqueeze Where'.split(' '))

/** Whether infinities at a value change nothing behind it: all that read them have come to their limit long before. */
function isLevelled(graph: Graph, name: string, which: Infinities): boolean {
  const { consumers } = edgesOf(graph)
  const level = which === 'low' ? levellingLow : levelling
  const seen = new Set<string>()
  const holds = (value: string): boolean => {
    if (seen.has(value)) return true
    seen.add(value)
    if (graph.outputs.includes(value)) return false
    return (consumers.get(value) ?? []).every(({ op, outputs }) => level.has(op) || (handingOn.has(op) && outputs.every(holds)))
  }
  return holds(name)
}
