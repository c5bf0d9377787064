import type { Graph, SampleSource, Tensor } from '@q/ir'
import { floatExecutor } from '../wiring/executors.ts'
import { choicesOf, choosing } from './choices.ts'
import { activationNames, openGraph } from './run-graph.ts'
import { reversed } from './run-sample.ts'

/** A layer that makes the same of every input, although what it reads differs. */
export interface DeadLayer {
  readonly layer: string
  readonly op: string
}

/**
 * The layer behind which nothing of a float network depends on the input any more; nothing where an output still does. It takes two runs: of the first
 * two samples, or of one and its elements in reverse.
 */
export async function deadNetwork(graph: Graph, samples: SampleSource): Promise<DeadLayer | undefined> {
  const first = await samples.load(0)
  const second = samples.count > 1 ? await samples.load(1) : reversed(first)
  if (second === undefined || isSameSample(first, second)) return undefined
  const open = await openGraph(graph, floatExecutor(), activationNames(graph))
  try {
    const [one, other] = [await open.run(first), await open.run(second)]
    const isSame = (name: string | undefined): boolean =>
      name === undefined || !one.has(name) || isSameTensor(one.get(name)!, other.get(name)!)
    if (graph.outputs.length === 0 || !graph.outputs.every(isSame)) return undefined
    const choices = choicesOf(graph)
    const isLastChoice = (op: string): boolean => choosing.has(op) && graph.outputs.every((name) => choices.has(name))
    const killer = graph.nodes.find(({ op, inputs, outputs }) => outputs.every(isSame) && !inputs.every(isSame) && !isLastChoice(op))
    return killer === undefined ? undefined : { layer: killer.outputs[0]!, op: killer.op }
  } finally {
    await open.close()
  }
}

const isSameTensor = ({ data: a }: Tensor, { data: b }: Tensor): boolean => {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}

const isSameSample = (a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>): boolean =>
  [...a].every(([name, tensor]) => isSameTensor(tensor, b.get(name)!))
