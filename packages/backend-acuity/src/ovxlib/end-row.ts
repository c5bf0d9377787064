import { cFloat, cText } from './c-names.ts'
import type { OvxTensor } from './ovx-graph.ts'

const kinds: Readonly<Record<string, string>> = { UINT8: 'u', INT8: 'b', INT16: 's', INT32: 'i', FLOAT16: 'h', BFLOAT16: 'g', FLOAT32: 'f' }

/** The row of an input or a result in the tables of the programs around the graph. */
export function endRow({ name, size, type, quant }: OvxTensor, numbers: string): string {
  const scale = quant.kind === 'DFP' ? 2 ** -quant.fl : 'scale' in quant ? quant.scale : 1
  const zero = 'zeroPoint' in quant ? quant.zeroPoint : 0
  const count = size.reduce((product, d) => product * d, 1)
  return `    {${cText(name)}, ${count}, '${kinds[type]!}', ${cFloat(scale)}, ${zero}, ${numbers}},`
}
