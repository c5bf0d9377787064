import { QError } from '@q/ir'
import { exportOnnx, onnxInputTypes, onnxOutputNames } from '@q/onnx'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { readModel } from '../wiring/read-model.ts'
import type { QuantizationOptions } from './read-quantization.ts'
import { quantizationOf } from './read-quantization.ts'
import { resolveWithoutSamples } from './resolve-without-samples.ts'

/** What {@link exportModel} is told. */
export interface ExportModelOptions {
  /** Any model file this program reads. */
  readonly model: string
  /** The ONNX file to write. */
  readonly output: string
  readonly weights?: string
  readonly inputShapes?: readonly (readonly number[])[]
  /** Reads its own files, and quantizes a float model. @default a model is written as it is */
  readonly chip?: Chip
  /** Whether the user said how to quantize. */
  readonly isQuantizing: boolean
  /** How a float model is quantized. */
  readonly quantizing: QuantizationOptions
}

/** A model file as standard ONNX: inputs and outputs have the names they have in the file, and integer inputs their types. */
export async function exportModel(options: ExportModelOptions, context: Context): Promise<void> {
  const { model, output, weights, inputShapes, chip, isQuantizing } = options
  const { files, reporter } = context
  const graph = await readModel(model, {
    files,
    ...(chip === undefined ? {} : { backend: chip.backend }),
    ...(weights === undefined ? {} : { weights }),
    ...(inputShapes === undefined ? {} : { inputShapes }),
  })
  const isFloat = graph.properties['stage'] === 'float'
  if (isQuantizing && !isFloat) {
    throw new QError('MODEL_STAGE', `${model} is quantized already`, {
      at: [model],
      found: 'a quantized model, and options of quantization',
      wanted: 'a float model, or no options of quantization',
      hint: 'leave modes and tables out to write it as it is',
      kind: 'usage',
    })
  }
  const isQuantized = !isFloat || chip !== undefined
  const written =
    isFloat && chip !== undefined
      ? resolveWithoutSamples(graph, chip, await quantizationOf(options.quantizing, { graph, model }, chip, context), context).graph
      : graph
  const { outputNames, inputTypes } = model.endsWith('.onnx') ? outsideOf(await files.read(model), model) : { outputNames: graph.outputs }
  const bytes = exportOnnx(written, { outputNames, ...(inputTypes === undefined ? {} : { inputTypes }) })
  await files.write(new Map([[output, bytes]]))
  reporter.print(`${output}: ${isQuantized ? 'quantized' : 'float'} model in standard ONNX, outputs ${outputNames.join(', ')}`)
  reporter.event('exported', { model, output, bytes: bytes.length, outputs: outputNames })
}

/** What an application knows of a file: the names of its results, and the types of the integers it is fed. */
const outsideOf = (bytes: Uint8Array, model: string) => ({
  outputNames: onnxOutputNames(bytes, model),
  inputTypes: onnxInputTypes(bytes, model),
})
