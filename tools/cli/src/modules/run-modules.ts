import { fileURLToPath, pathToFileURL } from 'node:url'
import type { QError } from '@q/ir'
import { foreignError } from './foreign-code.ts'
import type { ForeignCode } from './module-kind.ts'

/**
 * The modules of the user's that a run has loaded. They may do at any time what nobody waits for: throw in a timer, leave a promise
 * rejected, end the process.
 */
export interface RunModules {
  /** Notes a module that is about to run. From now on it cannot end the process: `process.exit` and what is below it throw. */
  add(code: ForeignCode): void
  /** An error that nobody caught, as one that names the module it came from; nothing when it came from this program. */
  blame(error: unknown): QError | undefined
  /** Ends the watch over them. */
  close(): void
}

/** The ways in which code ends the process it runs in; the second is what the first calls. */
interface Ending {
  exit(status?: number | string | null): never
  reallyExit(status?: number | string | null): never
}

const ending = process as unknown as Ending

/** This program's own sources, as they are called in stacks. */
const own = fileURLToPath(new URL('..', import.meta.url))

/** The modules of a run that has loaded none yet. */
export function createRunModules(): RunModules {
  const loaded: ForeignCode[] = []
  let ends: Pick<Ending, 'exit' | 'reallyExit'> | undefined
  return {
    add(code) {
      loaded.push(code)
      if (ends !== undefined) return
      const { exit, reallyExit } = ending
      ends = { exit, reallyExit }
      for (const way of ['exit', 'reallyExit'] as const) {
        ending[way] = (status) => {
          throw new Error(`process.${way}(${status ?? ''}) was called`)
        }
      }
    },
    blame(error) {
      const stack = stackOf(error)
      const isNamed = ({ file }: ForeignCode) => stack.includes(file) || stack.includes(pathToFileURL(file).href)
      const culprit = loaded.find(isNamed) ?? (stack.includes(own) ? undefined : loaded.at(-1))
      return culprit === undefined ? undefined : foreignError({ ...culprit, stage: 'what it does on its own' }, error)
    },
    close() {
      if (ends !== undefined) Object.assign(ending, ends)
      ends = undefined
    },
  }
}

function stackOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.stack) : ''
  } catch {
    return ''
  }
}
