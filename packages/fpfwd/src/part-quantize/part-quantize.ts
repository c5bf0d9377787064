import type { Graph } from '@q/ir'
import { layerOf } from '@q/ir'
import type { FloatLayer } from '../float-layer.ts'
import { networkOf } from '../patterns/network.ts'

/** The operators that are quantized while all others stay in float, by the names of TPU-MLIR's `--part_quantize`. */
export const partModes = {
  N_mode: ['Relu', 'MaxPool', 'Conv', 'MatMul', 'PRelu', 'AveragePool', 'Add', 'Sigmoid', 'ConvTranspose'],
  H_mode: ['Conv', 'MatMul', 'AveragePool', 'ConvTranspose', 'MaxPool'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** A set of operators that are quantized, by its name. */
export type PartMode = keyof typeof partModes

/**
 * The layers that stay in float when only some operators are quantized, in the order of the graph, inputs first.
 *
 * Inputs of the network are among them, as in TPU-MLIR 1.30.2. An `Add` with a constant of one element is an `AddConst` and no `Add`,
 * and so are `Sub`, `Mul` and `Div`.
 *
 * @param graph the canonical float graph
 * @param quantized the name of a set, or the operators that are quantized (`--custom_operator`)
 * @param spelledBy what else the operator of a layer is called
 */
export function floatParts(
  graph: Graph,
  quantized: PartMode | readonly string[],
  spelledBy: (layer: string) => string | undefined = () => undefined,
): readonly FloatLayer[] {
  const operators: ReadonlySet<string | undefined> = new Set(typeof quantized === 'string' ? partModes[quantized] : quantized)
  const list = typeof quantized === 'string' ? quantized : quantized.join(', ')
  const { operatorOf } = networkOf(graph)
  return [
    ...graph.inputs.map(({ name }) => ({ layer: name, why: [`an input: ${list} quantizes operators`] })),
    ...graph.nodes
      .filter((node) => !operators.has(operatorOf(node)) && !operators.has(spelledBy(layerOf(node))))
      .map((node) => ({ layer: layerOf(node), why: [`${operatorOf(node)} is none of ${list}`] })),
  ]
}
