import { QError } from '@q/ir'
import type { Graph, Tensor } from '@q/ir'
import { keepSpelling } from '../codec/keep-spelling.ts'
import { moduleAttribute, writeGraph } from '../codec/write-graph.ts'
import { parseMlir } from '../text/parse-module.ts'
import { printMlir } from '../text/print-module.ts'
import { countFlops } from './flops.ts'
import { readTopModule } from './read-top.ts'
import { topBook } from './top-book.ts'

export interface WriteTopOptions {
  /** Name of the weight file, relative to the folder the vendor's tool runs in. @default '<graph name>_top_f32_all_weight.npz' */
  readonly weightFile?: string
  /** Write the text although some constants have no elements; they are missing in `weights` then. @default false */
  readonly allowMissingWeights?: boolean
  /** A text whose spelling is kept where it says the same: the one the graph was read from. */
  readonly like?: string
}

export interface WrittenText {
  readonly text: string
  /** The weights that the text names, in its order; `encodeWeights` makes the npz file of them. */
  readonly weights: ReadonlyMap<string, Tensor>
}

/**
 * A canonical float graph as a Top file that `model_deploy` takes.
 *
 * Everything that the vendor's tools do not check is checked here: unique names, shapes, sizes of weights.
 *
 * @throws QError `MLIR_STATE`, `MLIR_OPERATOR`, `MLIR_DUPLICATE_NAME`, `GRAPH_SHAPE`, `GRAPH_VALUE`, `WEIGHT_MISSING`, `WEIGHT_SIZE`,
 * and of `attributesOf`
 */
export function writeTop(graph: Graph, options: WriteTopOptions = {}): WrittenText {
  const { weightFile = `${graph.name}_top_f32_all_weight.npz`, allowMissingWeights = false, like } = options
  if (graph.properties['stage'] === 'quantized') {
    throw new QError('MLIR_STATE', 'the graph is quantized', {
      at: [graph.name], found: 'stage quantized', wanted: 'a float graph', hint: 'use writeTpu',
    })
  }
  const attributes = {
    'module.FLOPs': countFlops(graph),
    'module.chip': 'ALL',
    'module.platform': String(graph.properties['platform'] ?? 'ONNX'),
    'module.state': 'TOP_F32',
    'module.top_run_mode': 'STATIC',
    'module.weight_file': weightFile,
  }
  const { module, weights } = writeGraph(graph, {
    books: [topBook],
    attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, moduleAttribute(value)])),
    allowMissingWeights,
  })
  return { text: printMlir(like === undefined ? module : keepSpelling(module, parseMlir(like), readTopModule)), weights }
}
