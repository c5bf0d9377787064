import type { Graph, Tensor } from '@q/ir'

/** Warnings of outputs with numbers that are NaN or infinite: an import may be right and the model all the same of no use. */
export function notFiniteLines({ nodes, outputs }: Graph, tensors: ReadonlyMap<string, Tensor>): readonly string[] {
  const first = nodes.find((node) => node.outputs.some((name) => lostIn(tensors.get(name)) > 0))
  return outputs.flatMap((name) => {
    const lost = lostIn(tensors.get(name))
    if (lost === 0) return []
    const where = first === undefined ? '' : `; they come first in layer ${first.outputs[0]} (${first.op})`
    return [
      `warning: ${lost} of the ${tensors.get(name)!.data.length} numbers of ${name} are NaN or infinite${where}: check the model and its preprocessing`,
    ]
  })
}

function lostIn(tensor: Tensor | undefined): number {
  let lost = 0
  for (const each of tensor?.data ?? []) if (!Number.isFinite(Number(each))) lost++
  return lost
}
