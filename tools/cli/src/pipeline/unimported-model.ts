import { loadTestInput } from '@q/data'
import type { Tensor } from '@q/ir'
import { isQError, QError } from '@q/ir'
import { onnxInputs } from '@q/onnx'
import type { Context } from '../context.ts'
import { originalOutputs } from './original-model.ts'

/** What {@link outputsAsItStands} is told. */
export interface UnimportedModel {
  /** The ONNX file. */
  readonly model: string
  /** Sample to run it on. */
  readonly input: string
  readonly inputShapes?: readonly (readonly number[])[]
  /** Options of the user's that need the graph of the model. */
  readonly needGraph: readonly string[]
}

/** Errors about what ONNX may have and no graph is made of: a quantized model, exported by this program too. */
const notImported: ReadonlySet<string> = new Set(['ONNX_UNSUPPORTED_OP', 'ONNX_UNSUPPORTED', 'ONNX_NOT_CONSTANT'])

/**
 * The outputs of an ONNX file that cannot be imported, as ONNX Runtime computes them from the file as it stands.
 *
 * @param error why it cannot be imported
 * @returns float32, under the file's names
 * @throws QError the error itself, where it is about something else, where the user wants what needs the graph, or where ONNX Runtime cannot run the file either
 */
export async function outputsAsItStands(
  error: unknown,
  { model, input, inputShapes, needGraph }: UnimportedModel,
  { files, reporter }: Context,
): Promise<ReadonlyMap<string, Tensor>> {
  if (!isQError(error) || !notImported.has(error.code) || !model.endsWith('.onnx')) throw error
  if (needGraph.length > 0) throw asItStandsOnly(error, needGraph)
  const declared = [...onnxInputs(await files.read(model), { place: model, ...(inputShapes === undefined ? {} : { inputShapes }) })]
  const inputs = declared.map(([name, { dtype, shape }]) => ({ name, shape, dtype: dtype === 'i64' ? ('i32' as const) : dtype }))
  const tensors = await loadTestInput(input, inputs, files.mostBytes)
  const outputs = await originalOutputs(model, inputs, tensors, inputShapes).catch((refused: unknown) => {
    throw isQError(refused) && refused.code === 'MODEL_RUN' ? error : refused
  })
  reporter.note(`note: ${model} is not imported (${error.message}: ${error.found ?? ''}): ONNX Runtime runs it as it stands`)
  return outputs
}

function asItStandsOnly({ code, message, at, kind, found }: QError, needGraph: readonly string[]): QError {
  return new QError(code, message, {
    at,
    kind,
    ...(found === undefined ? {} : { found }),
    wanted: `operators that are imported, for ${needGraph.join(', ')}`,
    hint: `leave ${needGraph.join(' and ')} out: ONNX Runtime runs such a file as it stands; or give the model that it was exported from`,
  })
}
