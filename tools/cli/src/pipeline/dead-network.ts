import type { Graph, SampleSource } from '@q/ir'
import { edgesOf } from '@q/ir/graph'
import { floatExecutor } from '../wiring/executors.ts'
import { choicesOf, choosing, mayChoose } from './choices.ts'
import { inputsBeside, isSameTensor } from './other-inputs.ts'
import { activationNames, openGraph } from './run-graph.ts'

/** A layer that makes the same of every input, although what it reads differs, or of which no input is read. */
export interface DeadLayer {
  readonly layer: string
  readonly op: string
  /** No input of the network leads to it. */
  readonly isConstant: boolean
}

/** As many samples as are compared, where nobody says another number. */
const mostSamples = 10

/** The layer behind which nothing of a float network depends on the input any more; nothing where an output still does. It takes two runs, and more where these make the same. */
export async function deadNetwork(graph: Graph, samples: SampleSource): Promise<DeadLayer | undefined> {
  const constant = constantLayer(graph)
  if (constant !== undefined || graph.outputs.length === 0) return constant
  const first = await samples.load(0)
  const open = await openGraph(graph, floatExecutor(), activationNames(graph))
  try {
    const one = await open.run(first)
    const unchanged = new Set(one.keys())
    const isSame = (name: string | undefined): boolean => name === undefined || !one.has(name) || unchanged.has(name)
    let runs = 1
    for await (const inputs of inputsBeside(first, samples, mostSamples)) {
      // What was made up need not be what the network takes.
      const other = await open.run(inputs).catch(() => undefined)
      if (other === undefined) continue
      runs++
      for (const name of unchanged) if (!isSameTensor(one.get(name)!, other.get(name)!)) unchanged.delete(name)
      if (!graph.outputs.every(isSame)) return undefined
    }
    if (runs === 1) return undefined
    const choices = choicesOf(graph)
    const areChoices = graph.outputs.every((name) => one.has(name) && mayChoose(choices.get(name), one.get(name)!))
    const isLastChoice = (op: string): boolean => areChoices && choosing.has(op)
    const killer = graph.nodes.find(({ op, inputs, outputs }) => outputs.every(isSame) && !inputs.every(isSame) && !isLastChoice(op))
    return killer === undefined ? undefined : { layer: killer.outputs[0]!, op: killer.op, isConstant: false }
  } finally {
    await open.close()
  }
}

/** The layer of the first output, where no input of the network leads to any. */
export function constantLayer(graph: Graph): DeadLayer | undefined {
  const { producer } = edgesOf(graph)
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const open = [...graph.outputs]
  const seen = new Set(open)
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (inputs.has(name)) return undefined
    for (const operand of producer.get(name)?.inputs ?? []) {
      if (operand === undefined || seen.has(operand)) continue
      seen.add(operand)
      open.push(operand)
    }
  }
  const [layer] = graph.outputs
  return layer === undefined ? undefined : { layer, op: producer.get(layer)?.op ?? 'a constant', isConstant: true }
}

/** What such a layer says of the network, and what to do. */
export const deadText = ({ layer, op, isConstant }: DeadLayer): string =>
  isConstant
    ? `the network hands out constants alone: no input leads to layer ${layer} (${op}); name outputs that depend on the input (--output_names)`
    : `the network makes the same of every sample: nothing depends on the input behind layer ${layer} (${op}); check the preprocessing and the model`
