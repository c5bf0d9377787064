import type { Attrs, AttrValue, Graph } from '@q/ir'
import { errorAt, QError } from '@q/ir'
import { type ImpliedAttrs, withImplied } from '@q/ir/container'
import { listDefects } from '@q/ir/graph'
import { readGraph } from '../codec/read-graph.ts'
import type { Weights } from '../codec/weights.ts'
import { weightTensors } from '../codec/weights.ts'
import type { MlirModule } from '../text/mlir-module.ts'
import { parseMlir } from '../text/parse-module.ts'
import type { ReadOptions } from '../top/read-top.ts'
import { stringAttribute } from '../top/read-top.ts'
import { moduleEntries } from './module-entries.ts'
import { tpuBook } from './tpu-book.ts'

/** Options of {@link readTpu}. */
export interface ReadTpuOptions extends ReadOptions {
  /** What the text means without saying it, as `writeTpu` was told. @default what the operators' definitions do */
  readonly implied?: ImpliedAttrs
}

/**
 * The quantized graph of a lowered file (`*_tpu.mlir`), as `model_deploy` makes it in its first step.
 *
 * Chip, mode and the other module attributes become properties of the graph.
 *
 * @throws QError of `parseMlir`, the codes listed at `readTop`, and `QUANT_LISTS` for multipliers or shifts that are not one for all or for each
 */
export function readTpu(text: string, weights?: Weights, { file, weightFile, implied }: ReadTpuOptions = {}): Graph {
  const module = parseMlir(text, file === undefined ? {} : { file })
  const state = stringAttribute(module, 'module.state')
  if (state !== 'TPU_LOWERED') {
    throw new QError('MLIR_STATE', 'this is not a lowered file', {
      at: file === undefined ? [] : [file],
      found: state === undefined ? 'no module.state' : `module.state = "${state}"`,
      wanted: '"TPU_LOWERED"',
      hint: state?.startsWith('TOP_') === true ? 'read it with readTop' : 'give the *_tpu.mlir that the final file was made from',
    })
  }
  const properties: Record<string, AttrValue> = { stage: 'quantized' }
  for (const { name, property } of moduleEntries) {
    const attribute = module.attributes.get(name)
    if (attribute?.kind === 'string' || attribute?.kind === 'bool') properties[property] = attribute.value
    else if (attribute?.kind === 'int') properties[property] = Number(attribute.value)
  }
  if (module.operations.some(({ name }) => name === 'tpu.GenericCpu')) properties['quantizeInputsOnHost'] = true
  const options = { books: [tpuBook], weights: weightTensors(weights, weightFile), file, properties: properties satisfies Attrs }
  const graph = withImplied(readGraph(module, options), implied)
  for (const node of graph.nodes) {
    const [defect] = listDefects(node, graph)
    if (defect !== undefined) throw errorAt(defect, [...(file === undefined ? [] : [file]), ...defect.at])
  }
  return graph
}

/** The graph of a parsed lowered file, types of constants only. */
export function readTpuModule(module: MlirModule, implied?: ImpliedAttrs): Graph {
  return withImplied(readGraph(module, { books: [tpuBook], weights: undefined, file: undefined, properties: {} }), implied)
}
