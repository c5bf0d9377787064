import { fileURLToPath, pathToFileURL } from 'node:url'
import type { QError } from '@q/ir'
import { foreignError } from './foreign-code.ts'
import type { ForeignCode } from './module-kind.ts'

/**
 * The modules of the user's that a run has loaded. They may do at any time what nobody waits for: throw in a timer, leave a promise
 * rejected, end the process.
 */
export interface RunModules {
  /** Notes a module that is about to run. From now on it can neither end the process nor leave its folder: `process.exit`, what is below it, and `process.chdir` throw. */
  add(code: ForeignCode): void
  /** An error that nobody caught, as one that names the module it came from; nothing when it came from this program. */
  blame(error: unknown): QError | undefined
  /** Ends the watch over them. */
  close(): void
}

/** What code can do to the process it runs in and no module may: to end it (the second is what the first calls), and to go elsewhere with the user's paths. */
interface Reach {
  exit(status?: number | string | null): never
  reallyExit(status?: number | string | null): never
  chdir(folder: string): void
}

const forbidden = ['exit', 'reallyExit', 'chdir'] as const

const reach = process as unknown as Reach

/** This program's own sources, as they are called in stacks. */
const sources = fileURLToPath(new URL('..', import.meta.url))

/** The modules of a run that has loaded none yet. */
export function createRunModules(): RunModules {
  const loaded: ForeignCode[] = []
  let own: Reach | undefined
  return {
    add(code) {
      loaded.push(code)
      if (own !== undefined) return
      const { exit, reallyExit, chdir } = reach
      own = { exit, reallyExit, chdir }
      for (const way of forbidden) {
        reach[way] = (word) => {
          throw new Error(`process.${way}(${word ?? ''}) was called`)
        }
      }
    },
    blame(error) {
      const stack = stackOf(error)
      const isNamed = ({ file }: ForeignCode) => stack.includes(file) || stack.includes(pathToFileURL(file).href)
      const culprit = loaded.find(isNamed) ?? (stack.includes(sources) ? undefined : loaded.at(-1))
      return culprit === undefined ? undefined : foreignError({ ...culprit, stage: 'what it does on its own' }, error)
    },
    close() {
      if (own !== undefined) Object.assign(reach, own)
      own = undefined
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
