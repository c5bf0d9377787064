import type { Graph, Tensor } from '@q/ir'
import { didYouMean, QError } from '@q/ir'
import { checkAttributesCarried } from '../codec/check-carried.ts'
import { keepSpelling } from '../codec/keep-spelling.ts'
import { moduleAttribute, writeGraph } from '../codec/write-graph.ts'
import { parseMlir } from '../text/parse-module.ts'
import { printMlir } from '../text/print-module.ts'
import { countFlops } from './flops.ts'
import { readTopModule } from './read-top.ts'
import { topBook } from './top-book.ts'

/** Options of {@link writeTop}. */
export interface WriteTopOptions {
  /**
   * Name of the weight file, relative to the folder the vendor's tool runs in.
   *
   * @default '<graph name, lower case>_top_f32_all_weight.npz'
   */
  readonly weightFile?: string
  /** Write the text although some constants have no elements; they are missing in `weights` then. @default false */
  readonly allowMissingWeights?: boolean
  /**
   * Scales the vendor's lowering is to quantize weights with, by weight name: one for each output
   * channel of a convolution, one for a matrix product. It rounds `w / scale` half away from zero; without
   * an entry it takes the largest magnitude over 127.
   */
  readonly weightScales?: ReadonlyMap<string, readonly number[]>
  /** A text whose spelling is kept where it says the same: the one the graph was read from. */
  readonly like?: string
}

/** A graph as text, and the weights the text names. */
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
 * @throws QError `MLIR_STATE`, `MLIR_OPERATOR`, `MLIR_UNSUPPORTED_ATTRIBUTE` for an attribute that the text does not say, `MLIR_DUPLICATE_NAME`, `GRAPH_SHAPE`, `GRAPH_VALUE`, `WEIGHT_MISSING`, `WEIGHT_SIZE`,
 * `WEIGHT_UNKNOWN`, `WEIGHT_SCALES`,
 * and of `attributesOf`
 */
export function writeTop(graph: Graph, options: WriteTopOptions = {}): WrittenText {
  const {
    weightFile = `${graph.name.toLowerCase()}_top_f32_all_weight.npz`,
    allowMissingWeights = false,
    weightScales = new Map(),
    like,
  } = options
  if (graph.properties['stage'] === 'quantized') {
    throw new QError('MLIR_STATE', 'the graph is quantized', {
      at: [graph.name],
      found: 'stage quantized',
      wanted: 'a float graph',
      hint: 'use writeTpu',
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
    weightAttributes: new Map(
      Array.from(weightScales, ([name, scales]) => {
        checkScales(graph, name, scales)
        return [name, new Map([['scale', { kind: 'floats', values: scales } as const]])]
      }),
    ),
  })
  checkAttributesCarried(graph, readTopModule(module))
  return { text: printMlir(like === undefined ? module : keepSpelling(module, parseMlir(like), readTopModule)), weights }
}

function checkScales({ values }: Graph, name: string, scales: readonly number[]): void {
  const value = values.get(name)
  if (value === undefined || (value.isConstant !== true && value.constant === undefined)) {
    const constants = [...values.values()].filter(({ isConstant, constant }) => isConstant === true || constant !== undefined)
    throw new QError('WEIGHT_UNKNOWN', 'scales are given for a weight that the graph does not have', {
      at: [name],
      found: name,
      wanted: 'the name of a constant',
      kind: 'usage',
      hint: didYouMean(
        name,
        constants.map((each) => each.name),
        'leave these scales out',
      ),
    })
  }
  if (scales.length > 0 && scales.every((scale) => Number.isFinite(scale) && scale > 0)) return
  throw new QError('WEIGHT_SCALES', 'a weight scale is not a number above 0', {
    at: [name],
    found: `[${scales.join(', ')}]`,
    wanted: 'finite numbers above 0',
    hint: 'leave the scales of this weight out',
    kind: 'usage',
  })
}
