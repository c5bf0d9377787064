import { edgesOf, type Graph, layerOf, type QuantMode, type Resolved, type Target, type TensorType } from '@q/ir'
import { formOf } from '@q/ir/graph'
import type { AcuityMode } from '../target.ts'

/** As what a value is made. */
export interface MadeAs {
  readonly mode: AcuityMode
  /** Of its codes, or of its floats. */
  readonly type: TensorType
}

const sameCodes = (a: TensorType, b: TensorType | undefined): boolean =>
  a.dtype === b?.dtype && a.quant?.scale === b.quant?.scale && a.quant?.zeroPoint === b.quant?.zeroPoint

/** As what each input and each layer of a network is made, by name: what the chip does, whatever was asked for. */
export function madeAs(
  graph: Graph,
  resolved: Pick<Resolved, 'graph' | 'plan'>,
  { target, mode }: { readonly target: Target; readonly mode: QuantMode },
): ReadonlyMap<string, MadeAs> {
  const made = new Map<string, MadeAs>()
  const quantized = edgesOf(resolved.graph)
  const ofLayer = (name: string): QuantMode => {
    const node = edgesOf(graph).producer.get(name)!
    const asked = resolved.plan.get(name) ?? mode
    return target.ops[formOf(node, (each) => graph.values.get(each)!)]?.[asked] ?? asked
  }
  for (const { name } of graph.inputs) {
    const [cast] = (quantized.consumers.get(name) ?? []).filter(({ op }) => op === 'QuantizeLinear' || op === 'Cast')
    const user = cast === undefined ? undefined : quantized.consumers.get(layerOf(cast))?.[0]
    const type = resolved.graph.values.get(cast === undefined ? name : layerOf(cast))!.type
    made.set(name, {
      type,
      mode: user === undefined ? 'F32' : modeOfType(type, user.origin?.[0] === undefined ? mode : ofLayer(user.origin[0])),
    })
  }
  for (const node of graph.nodes) {
    const name = layerOf(node)
    const type = resolved.graph.values.get(name)?.type
    if (type === undefined) continue
    const source = node.inputs[0] === undefined ? undefined : made.get(node.inputs[0])
    const isFollowing = (target.typeFollowers ?? []).includes(node.op as never) && source !== undefined && sameCodes(type, source.type)
    made.set(name, { type, mode: isFollowing ? source.mode : modeOfType(type, ofLayer(name)) })
  }
  return made
}

function modeOfType({ dtype, quant }: TensorType, asked: QuantMode): AcuityMode {
  if (quant !== undefined) return asked as AcuityMode
  if (dtype === 'f16') return 'F16'
  if (dtype === 'bf16') return asked === 'QBF16' ? 'QBF16' : 'BF16'
  return 'F32'
}
