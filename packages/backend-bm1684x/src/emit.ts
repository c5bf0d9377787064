import type { Artifact, EmitOptions, Graph, Tensor } from '@q/ir'
import { QError, valueOf } from '@q/ir'
import { writePortableBmodel } from './bmodel/index.ts'

/**
 * A portable `.bmodel` of a quantized graph: the lowered text and its weights in the vendor's container, without chip
 * instructions. One file, `<name>.bmodel`.
 *
 * @throws QError `EMIT_PROGRAM` when the caller gave no lowered text
 */
export function emitPortable(graph: Graph, { name, program, time }: EmitOptions): Artifact {
  if (program === undefined) {
    throw new QError('EMIT_PROGRAM', 'a portable container needs the lowered text', {
      at: [graph.name],
      wanted: 'EmitOptions.program',
      hint: 'write the graph with the codec of the Tpu dialect and hand the result in',
      kind: 'usage',
    })
  }
  const described = (value: string) => {
    const { dtype, shape } = valueOf(graph, value).type
    return { name: value, dtype, shape }
  }
  const bytes = writePortableBmodel(
    {
      chip: String(graph.properties['chip'] ?? '').toUpperCase(),
      name: graph.name,
      program: program.text,
      inputs: graph.inputs.map((input) => described(input.name)),
      outputs: graph.outputs.map(described),
      weights: Array.from(program.weights, ([weight, tensor]) => ({ name: weight, bytes: bytesOf(tensor) })),
    },
    time,
  )
  return { files: new Map([[`${name}.bmodel`, bytes]]), diagnostics: [] }
}

function bytesOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
