import { QError, type Tensor } from '@q/ir'
import { sha256 } from '@q/ir/graph'
import type { PostProcess } from '@q/mixprec'
import { fileError } from '../files/file-errors.ts'
import { readBytes } from '../files/read-file.ts'
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
  /** Digest of its source. */
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
  const call = found as (outputs: Readonly<Record<string, Tensor>>) => unknown
  const digest = Buffer.from(sha256(await readBytes(file))).toString('hex')
  const postProcess: PostProcess = (results) => {
    const made = runForeign({ ...code, stage: 'PostProcess' }, () => call(Object.fromEntries(results)))
    return examineForeign(code, () => tensorsOf(made, word))
  }
  return { postProcess, digest, word, file }
}

function tensorsOf(made: unknown, word: string): ReadonlyMap<string, Tensor> {
  const entries: readonly (readonly [unknown, unknown])[] =
    made instanceof Map ? [...made] : typeof made === 'object' && made !== null ? Object.entries(made) : []
  const wrong = entries.find(([, value]) => !isTensor(value))
  if (entries.length > 0 && wrong === undefined) return new Map(entries as readonly (readonly [string, Tensor])[])
  throw new QError('POST_PROCESS_INVALID', `PostProcess of ${word} returns what cannot be compared`, {
    at: wrong === undefined ? [word] : [word, String(wrong[0])],
    found: wrong === undefined ? 'no outputs' : typeof wrong[1],
    wanted: 'outputs by name, each { dtype, shape, data } with numbers in data',
    hint: 'return an object like the one it is given',
  })
}

function isTensor(value: unknown): value is Tensor {
  if (typeof value !== 'object' || value === null) return false
  const { shape, data } = value as Partial<Tensor>
  return Array.isArray(shape) && (Array.isArray(data) || (ArrayBuffer.isView(data) && 'length' in data))
}
