import type { Graph } from '@q/ir'
import { didYouMean, layerOf, QError } from '@q/ir'
import { floatOps } from '@q/ir/ops'
import type { FloatLayer } from '../float-layer.ts'
import { constantForms, networkOf } from '../patterns/network.ts'

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
 * @param quantized the name of a set, or the operators that are quantized (`--custom_operator`): those of docs/ops.md, `MulConst` and the
 * like, and what `spelledBy` calls layers of this network
 * @param spelledBy what else the operator of a layer is called
 * @throws QError `PART_MODE_UNKNOWN` for a name that is no set, `OPERATOR_UNKNOWN` for an operator that no network has
 */
export function floatParts(
  graph: Graph,
  quantized: PartMode | readonly string[],
  spelledBy: (layer: string) => string | undefined = () => undefined,
): readonly FloatLayer[] {
  const { nodes, operatorOf } = networkOf(graph)
  const words = typeof quantized === 'string' ? modeNamed(quantized) : quantized
  const known = new Set([
    ...floatOps.keys(),
    ...constantForms,
    ...nodes.flatMap((node) => [operatorOf(node), spelledBy(layerOf(node)) ?? []].flat()),
  ])
  const operators: ReadonlySet<string | undefined> = new Set(words.map((word) => operatorNamed(word, known)))
  const list = typeof quantized === 'string' ? quantized : quantized.join(', ')
  return [
    ...graph.inputs.map(({ name }) => ({ layer: name, why: [`an input: ${list} quantizes operators`] })),
    ...graph.nodes
      .filter((node) => !operators.has(operatorOf(node)) && !operators.has(spelledBy(layerOf(node))))
      .map((node) => ({ layer: layerOf(node), why: [`${operatorOf(node)} is none of ${list}`] })),
  ]
}

function modeNamed(name: string): readonly string[] {
  if (Object.hasOwn(partModes, name)) return partModes[name as PartMode]
  throw new QError('PART_MODE_UNKNOWN', `there is no set of operators ${name}`, {
    at: ['floatParts'],
    found: name,
    wanted: `${Object.keys(partModes).join(' or ')}, or a list of operators`,
    hint: didYouMean(name, Object.keys(partModes), 'name the operators in a list of your own'),
    kind: 'usage',
  })
}

function operatorNamed(word: string, known: ReadonlySet<string>): string {
  if (known.has(word)) return word
  throw new QError('OPERATOR_UNKNOWN', `there is no operator ${word}`, {
    at: ['floatParts'],
    found: word,
    wanted: `operators of docs/ops.md, or ${constantForms.join(', ')}`,
    hint: didYouMean(word, known, 'operatorsByLayer(graph) tells those of a network'),
    kind: 'usage',
  })
}
