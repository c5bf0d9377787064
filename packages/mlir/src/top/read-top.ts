import type { Attrs, Graph } from '@q/ir'
import { QError } from '@q/ir'
import { readGraph } from '../codec/read-graph.ts'
import type { Weights } from '../codec/weights.ts'
import { weightTensors } from '../codec/weights.ts'
import type { MlirModule } from '../text/mlir-module.ts'
import { parseMlir } from '../text/parse-module.ts'
import { topBook } from './top-book.ts'

/** Names of the files that are read, for messages. */
export interface ReadOptions {
  /** File name for error messages. */
  readonly file?: string
  /** Name of the weight file for error messages. */
  readonly weightFile?: string
}

/**
 * The float graph of a Top file, as `model_transform` writes it.
 *
 * Value names are the names in the file, the ones that tables use. Without `weights` constants have
 * types only.
 *
 * @throws QError of {@link parseMlir}, and `MLIR_STATE`, `MLIR_OPERATION`, `MLIR_FORM`, `MLIR_ATTRIBUTE`,
 * `MLIR_UNSUPPORTED_ATTRIBUTE`, `MLIR_UNRANKED`, `MLIR_ELEMENT`, `MLIR_NAMELESS`, `MLIR_DUPLICATE_NAME`, `WEIGHT_MISSING`, `WEIGHT_SIZE`
 */
export function readTop(text: string, weights?: Weights, { file, weightFile }: ReadOptions = {}): Graph {
  const module = parseMlir(text, file === undefined ? {} : { file })
  const state = stringAttribute(module, 'module.state')
  if (state !== undefined && !state.startsWith('TOP_')) {
    throw new QError('MLIR_STATE', 'this is a lowered file', {
      at: file === undefined ? [] : [file],
      found: `module.state = "${state}"`,
      wanted: '"TOP_F32"',
      hint: 'read it with readTpu',
    })
  }
  const flops = module.attributes.get('module.FLOPs')
  const properties: Attrs = {
    stage: 'float',
    platform: stringAttribute(module, 'module.platform') ?? 'ONNX',
    ...(flops?.kind === 'int' ? { flops: Number(flops.value) } : {}),
  }
  const graph = readGraph(module, { books: [topBook], weights: weightTensors(weights, weightFile), file, properties })
  for (const { name, preprocess } of graph.inputs)
    if (preprocess?.picture !== undefined) throw fusedInput(name, preprocess.picture.form, file)
  return graph
}

const fusedInput = (input: string, form: string, file: string | undefined): QError =>
  new QError('MLIR_UNSUPPORTED_ATTRIBUTE', 'an input of a float network takes numbers, not pictures', {
    at: [...(file === undefined ? [] : [file]), input],
    found: `customization_format = "${form}"`,
    wanted: 'the preprocessing that makes numbers of pictures',
    hint: 'give the Top file that was there before --fuse_preprocess',
  })

/** The graph of a parsed Top file, types of constants only. */
export function readTopModule(module: MlirModule): Graph {
  return readGraph(module, { books: [topBook], weights: undefined, file: undefined, properties: {} })
}

/** A module attribute of type string. */
export function stringAttribute(module: MlirModule, name: string): string | undefined {
  const attribute = module.attributes.get(name)
  return attribute?.kind === 'string' ? attribute.value : undefined
}
