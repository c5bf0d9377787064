import type { OrtExecutorOptions, OrtRuntime } from '@q/exec-ort'
import { createOrtExecutor, modelComputer } from '@q/exec-ort'
import { createReferenceExecutor } from '@q/exec-ref'
import type { Executor, Graph } from '@q/ir'
import { isQError, QError } from '@q/ir'
import { onnxTranslator } from '@q/onnx'
import * as onnxruntime from 'onnxruntime-node'

/** ONNX Runtime of this installation. What it has to say comes as errors, not as lines of its own. */
const ort = onnxruntime as unknown as OrtRuntime
onnxruntime.env.logLevel = 'fatal'

/** Computes what an ONNX model makes of constants alone. */
export const computeModel = modelComputer(ort)

/**
 * Runs graphs as they are defined, to the bit; what ONNX Runtime cannot do exactly is left to the reference executor.
 *
 * @param threads inside one operator; as ONNX Runtime chooses when absent
 */
export const exactExecutor = (threads?: number): Executor => ortExecutor({ precision: 'exact', threads })

/** Runs float graphs fast. @param threads inside one operator; as ONNX Runtime chooses when absent */
export const floatExecutor = (threads?: number): Executor => ortExecutor({ precision: 'fast', threads })

type Options = Pick<OrtExecutorOptions, 'precision' | 'keptBytes'> & { readonly threads: number | undefined }

function ortExecutor({ threads, ...options }: Options): Executor {
  const fallback = createReferenceExecutor()
  return withPlace(createOrtExecutor({ ort, onnx: onnxTranslator, fallback, ...options, ...(threads === undefined ? {} : { threads }) }))
}

/** Activations of a section of a search whose memory is kept: most sections are small, and asking for memory anew takes a tenth of their time. */
const keptBytes = 2 * 2 ** 20

/**
 * What trials of a search are run by. One thread each: there is one executor a core, and no sum depends on how it was cut. A hundred sessions are open at once, so only small ones keep
 * the memory of their activations.
 */
export const searchExecutors = (): { readonly exact: Executor; readonly fast: Executor } => ({
  exact: ortExecutor({ precision: 'exact', threads: 1, keptBytes }),
  fast: ortExecutor({ precision: 'fast', threads: 1, keptBytes }),
})

/** Runs graphs as they are defined, slowly, in plain JavaScript. */
export function referenceExecutor(): Executor {
  return createReferenceExecutor()
}

/** What ONNX Runtime refuses, as an error that names the network: a model file can say what cannot be computed. */
function withPlace(executor: Executor): Executor {
  return {
    ...executor,
    async load(graph, section) {
      const session = await executor.load(graph, section).catch((error: unknown) => refused(error, graph))
      return { ...session, run: (feeds) => session.run(feeds).catch((error: unknown) => refused(error, graph)) }
    },
  }
}

function refused(error: unknown, { name }: Graph): never {
  const message = error instanceof Error ? error.message : String(error)
  const runtimes = /status code|ShapeInferenceError|ONNXRuntime|Load model|Exception during/i.test(message)
  if (isQError(error) || !runtimes) throw error
  throw new QError('MODEL_RUN', `ONNX Runtime cannot run ${name}`, {
    at: [name],
    found: message.split('\n')[0] ?? '',
    wanted: 'a network whose shapes agree',
    hint: 'write the model files again, or check the original model with its exporter',
    cause: error,
  })
}
