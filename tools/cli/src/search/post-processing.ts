import { types } from 'node:util'
import { QError, type Tensor } from '@q/ir'
import type { PostProcess } from '@q/mixprec'
import { fileError } from '../files/file-errors.ts'
import { digestOfModule } from '../modules/digest-of-module.ts'
import { runForeign } from '../modules/foreign-code.ts'
import { examineForeign, importForeign } from '../modules/load-module.ts'
import { locateModule } from '../modules/locate-module.ts'
import type { ForeignCode, ModuleKind } from '../modules/module-kind.ts'
import type { RunModules } from '../modules/run-modules.ts'

/** Modules that turn results into what is compared. */
const postProcessModule: ModuleKind = {
  noun: 'post-processing',
  errors: {
    unrunnable: ['POST_PROCESS_MODULE', 'the module of a post-processing cannot be run'],
    invalid: 'POST_PROCESS_INVALID',
    failed: 'POST_PROCESS_FAILED',
    options: ['POST_PROCESS_INVALID', 'a post-processing takes no options'],
  },
  defects: (value) => (typeof value === 'function' ? [] : ['it is no function']),
}

/** A post-processing of the user's. */
export interface PostProcessing {
  readonly postProcess: PostProcess
  /** Digest of its source, what it imports included. */
  readonly digest: string
  /** How the user named it, and its file: another thread loads it by these. */
  readonly word: string
  readonly file: string
}

/**
 * The function `PostProcess(outputs)` of a module: given the outputs by name as `{ dtype, shape, data }`, it returns what is compared, in the same form.
 *
 * @throws QError `FILE_MISSING`, `POST_PROCESS_MODULE`, `POST_PROCESS_INVALID`
 */
export async function loadPostProcessing(word: string, modules?: RunModules): Promise<PostProcessing> {
  const file = await locateModule(word, process.cwd(), postProcessModule)
  if (file === undefined) throw await fileError(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }), word, 'read')
  const code: ForeignCode = { kind: postProcessModule, word, file }
  const exports = await importForeign(code, { modules })
  const found = examineForeign(code, () => exports['PostProcess'] ?? exports['default'])
  if (typeof found !== 'function') {
    throw new QError('POST_PROCESS_INVALID', `${word} exports no function PostProcess`, {
      at: [word],
      found: `the exports ${Object.keys(exports).join(', ') || 'of an empty module'}`,
      wanted: 'export function PostProcess(outputs)',
      hint: 'give the outputs back, changed, by name',
      kind: 'usage',
    })
  }
  if (types.isAsyncFunction(found)) throw promised([word], 'an async function')
  const call = found as (outputs: Readonly<Record<string, Tensor>>) => unknown
  const digest = await digestOfModule(file)
  const postProcess: PostProcess = (results) => {
    const made = runForeign({ ...code, stage: 'PostProcess' }, () => call(Object.fromEntries(results)))
    return examineForeign(code, () => tensorsOf(made, word))
  }
  return { postProcess, digest, word, file }
}

/** The error of a post-processing whose results are not there when it returns. */
function promised(at: readonly string[], found: string): QError {
  return new QError(
    'POST_PROCESS_INVALID',
    'PostProcess gives its results later: it is called for every sample of every trial, and not waited for',
    {
      at,
      found,
      wanted: 'a function that returns the outputs themselves: export function PostProcess(outputs)',
      hint: 'leave async and await out; read files where the module is loaded, with top-level await',
      kind: 'usage',
    },
  )
}

function tensorsOf(made: unknown, word: string): ReadonlyMap<string, Tensor> {
  if (types.isPromise(made)) throw promised([word], 'a promise')
  const entries: readonly (readonly [unknown, unknown])[] =
    made instanceof Map ? [...made] : typeof made === 'object' && made !== null ? Object.entries(made) : []
  const wrong = entries.find(([, value]) => !isTensor(value))
  if (types.isPromise(wrong?.[1])) throw promised([word, String(wrong[0])], 'a promise')
  if (entries.length > 0 && wrong === undefined) return new Map(entries as readonly (readonly [string, Tensor])[])
  throw new QError('POST_PROCESS_INVALID', `PostProcess of ${word} returns what cannot be compared`, {
    at: wrong === undefined ? [word] : [word, String(wrong[0])],
    found: wrong === undefined ? 'no outputs' : wordsFor(wrong[1]),
    wanted: 'outputs by name, each { dtype, shape, data } with as many numbers in data as its shape says',
    hint: 'return an object like the one it is given',
  })
}

function isTensor(value: unknown): value is Tensor {
  if (typeof value !== 'object' || value === null) return false
  const { shape, data } = value as Partial<Tensor>
  if (!Array.isArray(shape) || !isNumbers(data)) return false
  return shape.every((extent) => Number.isInteger(extent)) && shape.reduce((product, extent) => product * extent, 1) === data.length
}

function isNumbers(data: unknown): data is ArrayLike<number> {
  if (Array.isArray(data)) return data.every((each) => typeof each === 'number')
  return ArrayBuffer.isView(data) && !(data instanceof DataView || data instanceof BigInt64Array || data instanceof BigUint64Array)
}

function wordsFor(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value
  const { shape, data } = value as Partial<Tensor>
  if (!isNumbers(data)) return 'data that are no numbers'
  return `the shape ${JSON.stringify(shape)} with ${data.length} numbers`
}
