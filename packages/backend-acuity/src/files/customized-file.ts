import type { Graph, Plan, PlanFile } from '@q/ir'
import { networkLayers } from '../network/network-layers.ts'
import { modeNames } from '../table/modes.ts'

/**
 * A plan as `customized_quantize_layers`, to be put into a `.quantize` file; a sum and the ReLU behind it are both listed.
 *
 * @throws QError `ACUITY_OPERATOR` for a network that model files cannot say
 */
export function customizedFile(graph: Graph, plan: Plan, name: string): PlanFile {
  const { layers } = networkLayers(graph)
  const lines = [...layers.values()].flatMap(({ lid, value, node }) => {
    const mode = node === undefined ? undefined : plan.get(value)
    const word = modeNames.find((each) => each.mode === mode)?.customized[0]
    return word === undefined ? [] : [`  ${/[:#]/.test(lid) ? `'${lid}'` : lid}: ${word}`]
  })
  const text = lines.length === 0 ? 'customized_quantize_layers: {}\n' : `customized_quantize_layers:\n${lines.join('\n')}\n`
  return { name: `${name}_customized_quantize_layers.yml`, text }
}
