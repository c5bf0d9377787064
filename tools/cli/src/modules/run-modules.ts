import { fileURLToPath, pathToFileURL } from 'node:url'
import type { QError } from '@q/ir'
import { foreignError } from './foreign-code.ts'
import type { ForeignCode } from './module-kind.ts'

/**
 * The modules of the user's that a run has loaded. They may do at any time what nobody waits for: throw in a timer, leave a promise
 * rejected, end the process.
 */
export interface RunModules {
  /** Notes a module that is about to run. From now on it cannot end the process: `process.exit` throws. */
  add(code: ForeignCode): void
  /** An error that nobody caught, as one that names the module it came from; nothing when it came from this program. */
  blame(error: unknown): QError | undefined
  /** Ends the watch over them. */
  close(): void
}

/** This program's own sources, as they are called in stacks. */
const own = fileURLToPath(new URL('..', import.meta.url))

/** The modules of a run that has loaded none yet. */
export function createRunModules(): RunModules {
  const loaded: ForeignCode[] = []
  let exit: typeof process.exit | undefined
  return {
    add(code) {
      loaded.push(code)
      if (exit !== undefined) return
      exit = process.exit
      process.exit = (status) => {
        throw new Error(`process.exit(${status ?? ''}) was called`)
      }
    },
    blame(error) {
      const stack = stackOf(error)
      const isNamed = ({ file }: ForeignCode) => stack.includes(file) || stack.includes(pathToFileURL(file).href)
      const culprit = loaded.find(isNamed) ?? (stack.includes(own) ? undefined : loaded.at(-1))
      return culprit === undefined ? undefined : foreignError({ ...culprit, stage: 'what it does on its own' }, error)
    },
    close() {
      if (exit !== undefined) process.exit = exit
      exit = undefined
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
