import { edgesOf, type Graph, type Resolved } from '@q/ir'
import type { NetworkLayers } from '../network/network-layers.ts'
import type { MadeAs } from '../table/value-modes.ts'
import type { AcuityMode } from '../target.ts'

const casts: ReadonlySet<string> = new Set(['Cast', 'DequantizeLinear', 'QuantizeLinear', 'Requantize'])

/** As what each layer reads its operands, by the layer's key and the operand's name. Operands that are read as they are made are not among them. */
export type ReadTypes = ReadonlyMap<string, ReadonlyMap<string, MadeAs>>

/**
 * As what layers read what others make, where that is of another type: there a converter stands. Codes of one type that are only brought to another scale (in front of a join)
 * need none.
 */
export function readTypes(
  layers: NetworkLayers,
  resolved: Pick<Resolved, 'graph' | 'layers'>,
  made: ReadonlyMap<string, MadeAs>,
): ReadTypes {
  const { producer } = edgesOf(resolved.graph)
  const known = new Set(made.keys())
  /** The value of the network that a name stands for behind casts, and as what the first reader sees it. */
  const behindCasts = (name: string): string => {
    const node = known.has(name) ? undefined : producer.get(name)
    const [source] = node?.inputs ?? []
    return node !== undefined && casts.has(node.op) && source !== undefined ? behindCasts(source) : name
  }
  const found = new Map<string, ReadonlyMap<string, MadeAs>>()
  for (const { lid, part, value, node } of layers.layers.values()) {
    if (node === undefined || part === 'relu') continue
    const as = made.get(value)
    if (as === undefined) continue
    const reads = new Map<string, MadeAs>()
    for (const name of operandsOf(value, resolved.graph, (each) => resolved.layers.get(each) ?? [])) {
      const source = behindCasts(name)
      const origin = made.get(source)
      const type = resolved.graph.values.get(name)!.type
      if (origin === undefined || !node.inputs.includes(source)) continue
      const mode = modeRead(type.dtype, type.quant !== undefined, as.mode)
      if (mode !== origin.mode) reads.set(source, { mode, type })
    }
    if (reads.size > 0) found.set(lid, reads)
  }
  return found
}

/** What the nodes of a layer read that no node of the layer makes. */
function operandsOf(
  layer: string,
  graph: Graph,
  nodesOf: (layer: string) => readonly {
    readonly op: string
    readonly inputs: readonly (string | undefined)[]
    readonly outputs: readonly string[]
    readonly origin?: readonly string[]
  }[],
): readonly string[] {
  const own = nodesOf(layer).filter((node) => !casts.has(node.op) || node.outputs[0] === layer)
  const inside = new Set(own.flatMap(({ outputs }) => outputs))
  return own.flatMap(({ inputs }) =>
    inputs.filter((name): name is string => name !== undefined && !inside.has(name) && graph.values.get(name)?.constant === undefined),
  )
}

function modeRead(dtype: string, isCodes: boolean, user: AcuityMode): AcuityMode {
  if (isCodes) return user
  if (dtype === 'f16') return 'F16'
  if (dtype === 'bf16') return user === 'QBF16' ? 'QBF16' : 'BF16'
  return 'F32'
}
