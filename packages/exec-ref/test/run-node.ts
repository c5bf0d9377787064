import { type Attrs, allOps, type Graph, type TensorType, type Value } from '@q/ir'
import { createReferenceExecutor } from '../src/reference-executor.ts'

/** Shape and numbers of a float32 tensor. */
export type Operand = readonly [shape: readonly number[], numbers: readonly number[]]

/** Runs one node on float32 operands; gives the numbers of its results, whose types are inferred. */
export async function runNode(
  op: string,
  operands: readonly Operand[],
  attrs: Attrs,
  shapes: readonly (readonly number[])[],
): Promise<readonly (readonly number[])[]> {
  const type = (shape: readonly number[]): TensorType => ({ dtype: 'f32', shape })
  const names = operands.map((_, i) => `x${i}`)
  const outputs = shapes.map((_, i) => `y${i}`)
  const values: readonly Value[] = [
    ...operands.map(([shape], i) => ({ name: names[i]!, type: type(shape) })),
    ...shapes.map((shape, i) => ({ name: outputs[i]!, type: type(shape) })),
  ]
  const graph: Graph = {
    name: 'one',
    inputs: names.map((name) => ({ name })),
    outputs,
    nodes: [{ op, inputs: names, outputs, attrs }],
    ops: allOps,
    properties: { stage: 'float' },
    values: new Map(values.map((value) => [value.name, value])),
  }
  const session = await createReferenceExecutor().load(graph)
  const fetched = await session.run(
    new Map(operands.map(([shape, numbers], i) => [names[i]!, { ...type(shape), data: Float32Array.from(numbers) }])),
  )
  return outputs.map((name) => Array.from(fetched.get(name)!.data as Float32Array))
}
