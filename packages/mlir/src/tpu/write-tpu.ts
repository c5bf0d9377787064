import type { Graph } from '@q/ir'
import { QError } from '@q/ir'
import { type ImpliedAttrs, withoutImplied } from '@q/ir/container'
import { checkCarried } from '../codec/check-carried.ts'
import { keepSpelling } from '../codec/keep-spelling.ts'
import { moduleAttribute, writeGraph } from '../codec/write-graph.ts'
import type { MlirAttribute } from '../text/mlir-module.ts'
import { parseMlir } from '../text/parse-module.ts'
import { printMlir } from '../text/print-module.ts'
import type { WriteTopOptions, WrittenText } from '../top/write-top.ts'
import { moduleEntries } from './module-entries.ts'
import { readTpuModule } from './read-tpu.ts'
import { tpuBook } from './tpu-book.ts'

/** Options of {@link writeTpu}. */
export interface WriteTpuOptions extends Omit<WriteTopOptions, 'weightFile' | 'weightScales'> {
  /**
   * Name of the weight file, relative to the folder the vendor's tool runs in.
   *
   * @default '<graph>_<chip>_<mode>[_sym|_asym]_tpu_weights.npz'
   */
  readonly weightFile?: string
  /**
   * What the text of this chip family means without saying it, by the names of attributes: a way to make bfloat16 numbers (`bf16`), zero
   * points that are taken off (`zeroPointInSum`). {@link readTpu} has to be told the same. @default what the operators' definitions do
   */
  readonly implied?: ImpliedAttrs
}

/**
 * A quantized graph as a lowered file (`*_tpu.mlir`), which the vendor's remaining passes take to the
 * chip's binary: the integers of the graph are the integers the chip runs.
 *
 * The graph's properties give `chip` and `mode`.
 *
 * What the text cannot say of a node, be it an attribute or a part of a type, is refused: a text is read as the graph it was written of.
 *
 * @throws QError `MLIR_STATE`, `MLIR_OPERATOR`, `MLIR_UNSUPPORTED_ATTRIBUTE` and the others listed at `writeTop`
 */
export function writeTpu(graph: Graph, options: WriteTpuOptions = {}): WrittenText {
  const { weightFile = defaultWeightFile(graph), allowMissingWeights = false, like, implied } = options
  const attributes = new Map<string, MlirAttribute>()
  for (const { name, property, value } of moduleEntries) {
    const found = graph.properties[property] ?? value
    if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') attributes.set(name, moduleAttribute(found))
  }
  for (const property of ['chip', 'mode']) {
    if (typeof graph.properties[property] === 'string') continue
    throw new QError('MLIR_STATE', `the graph does not say its ${property}`, {
      at: [graph.name],
      found: graph.properties['stage'] === 'quantized' ? `no property ${property}` : 'a float graph',
      wanted: `a quantized graph with the property ${property}`,
      hint: graph.properties['stage'] === 'quantized' ? `set properties.${property}` : 'lower the graph first, or use writeTop',
    })
  }
  attributes.set('module.state', moduleAttribute('TPU_LOWERED'))
  attributes.set('module.top_run_mode', moduleAttribute('STATIC'))
  attributes.set('module.weight_file', moduleAttribute(weightFile))
  const { module, weights } = writeGraph(withoutImplied(graph, implied, 'half-away-from-zero'), {
    books: [tpuBook],
    attributes,
    allowMissingWeights,
  })
  checkCarried(graph, readTpuModule(module, implied))
  return { text: printMlir(like === undefined ? module : keepSpelling(module, parseMlir(like), readTpuModule)), weights }
}

function defaultWeightFile({ name, properties }: Graph): string {
  const mode = String(properties['mode']).toLowerCase()
  const symmetry = mode === 'int8' || mode === 'int4' || mode === 'w4int8' ? (properties['asymmetric'] === true ? '_asym' : '_sym') : ''
  return `${name}_${String(properties['chip'])}_${mode}${symmetry}_tpu_weights.npz`
}
