import type { Attrs, Graph, Node, TensorType } from '@q/ir'
import { attributesOf, elementCount } from '@q/ir'
import { definitionOf } from '@q/ir/graph'
import { plainSpellings } from '../plain-spellings.ts'
import { unarySpellings } from '../unary-spellings.ts'

/**
 * Operations for each element of the result, as TPU-MLIR 1.30.2 counts them; operators that are not
 * listed move data and count nothing.
 *
 * The vendor counts while operators that a fusion replaced are still there: a SiLU is 5 and the 4 of the
 * sigmoid it was made of.
 */
const perElement: Readonly<Record<string, number>> = {
  ...Object.fromEntries([...unarySpellings, ...plainSpellings].map(({ op, flops }) => [op, flops])),
  Equal: 1,
  NotEqual: 1,
  Greater: 1,
  GreaterOrEqual: 1,
  Less: 1,
  LessOrEqual: 1,
  And: 1,
  Or: 1,
  Xor: 1,
  Not: 1,
  Where: 1,
  Cast: 1,
  PRelu: 1,
  Upsample: 1,
  Reverse: 1,
  SwapDimInner: 1,
  ReduceMax: 1,
  ReduceMin: 1,
  ReduceMean: 1,
  ReduceSum: 1,
  ReduceProd: 1,
  ReduceL1: 1,
  ReduceL2: 1,
  Affine: 2,
  LRN: 12,
}

interface Counted {
  readonly node: Node
  readonly attrs: Attrs
  readonly output: TensorType
  /** Type of operand `k`, if it is given. */
  readonly input: (k: number) => TensorType | undefined
}

/** Operators whose count depends on more than the number of results. */
const special: Readonly<Record<string, (node: Counted) => number>> = {
  Conv: (node) => elements(node) * (2 * product(shapeOf(node, 1).slice(1)) + bias(node)) + relus(node),
  // Each element of the input meets a square of the kernel's width, whatever its height.
  ConvTranspose: (node) => {
    const [, perGroup] = shapeOf(node, 1)
    return product(shapeOf(node, 0)) * (2 * shapeOf(node, 1).at(-1)! ** 2 * perGroup! + bias(node) + (node.attrs['relu'] === true ? 1 : 0))
  },
  MatMul: (node) => elements(node) * (2 * shapeOf(node, 0).at(node.attrs['transA'] === true ? -2 : -1)! + bias(node)) + relus(node),
  MaxPool: (node) => elements(node) * product(node.attrs['kernel_shape'] as readonly number[]) + relus(node),
  AveragePool: (node) => elements(node) * product(node.attrs['kernel_shape'] as readonly number[]) + relus(node),
  // A ReLU behind the quotient of two tensors is not counted.
  Div: (node) => elements(node) + (isConstantDividend(node) ? relus(node) : 0),
  Softmax: (node) => elements(node) * (node.attrs['log'] === true ? 6 : 5),
  LayerNormalization: normalization,
  GroupNormalization: normalization,
  InstanceNormalization: normalization,
  PixelNormalization: normalization,
  // With the square, the mean, the sum, the root and the quotient it was made of.
  RMSNormalization: (node) => 5 * elements(node) + 4 * (elements(node) / node.output.shape.at(-1)!),
  // With the negation, the products and the sum it was made of.
  Rope: (node) => 6.5 * elements(node),
  ArgMax: (node) => product(shapeOf(node, 0)),
  ArgMin: (node) => product(shapeOf(node, 0)),
  Resize: (node) => elements(node) * (node.attrs['mode'] === 'linear' ? 2 : 1),
  CumSum: (node) => {
    const { shape } = node.output
    const size = shape.at(node.attrs['axis'] as number)!
    return (elements(node) / size) * (size - 1)
  },
}

/** The number that the vendor's tools print as `module.FLOPs` for a float graph. */
export function countFlops(graph: Graph): number {
  let total = 0
  for (const node of graph.nodes) {
    const attrs = attributesOf(node, definitionOf(node, graph.ops))
    const typeOf = (name: string | undefined): TensorType | undefined => (name === undefined ? undefined : graph.values.get(name)?.type)
    const output = typeOf(node.outputs[0])
    if (output === undefined) continue
    const counted: Counted = { node, attrs, output, input: (k) => typeOf(node.inputs[k]) }
    const factor = perElement[node.op]
    total += special[node.op]?.(counted) ?? (factor === undefined ? 0 : factor * elements(counted) + relus(counted))
  }
  return total
}

function normalization(node: Counted): number {
  return elements(node) * (10 + (node.input(1) === undefined ? 0 : 1) + (node.input(2) === undefined ? 0 : 1))
}

function isConstantDividend({ input }: Counted): boolean {
  return product(input(0)?.shape ?? []) === 1
}

function relus(node: Counted): number {
  return node.attrs['relu'] === true ? elements(node) : 0
}

function bias({ input }: Counted): number {
  return input(2) === undefined ? 0 : 1
}

function elements({ output }: Counted): number {
  return elementCount(output.shape)
}

function shapeOf({ input }: Counted, k: number): readonly number[] {
  return input(k)?.shape ?? []
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1)
}
