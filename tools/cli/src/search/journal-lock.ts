import { lstatSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isRunningMark, processMark } from '../files/temporary-files.ts'

/** Locks of this process. */
const held = new Set<string>()

/**
 * Takes a file for this process as long as it runs: the lock beside it names the process. That of a process which was killed is taken over.
 *
 * @returns gives it back; nothing where another process, or another search of this one, has it
 * @throws Error that of the file system, where no lock can be written
 */
export function takeLock(path: string): (() => void) | undefined {
  if (held.has(path)) return undefined
  const mark = processMark()
  const holder = readIfThere(path)
  if (holder !== undefined && holder !== mark && isRunningMark(holder)) return undefined
  const remove = (): void => {
    if (readIfThere(path) === mark) rmSync(path, { force: true })
  }
  try {
    if (holder !== undefined) rmSync(path, { force: true })
    writeFileSync(path, mark, { flag: 'wx' })
  } catch (error) {
    // Another process was faster; else what could not be written whole is of no use.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error(`${path} is no plain file`)
      return undefined
    }
    rmSync(path, { force: true })
    throw error
  }
  held.add(path)
  process.once('exit', remove)
  return () => {
    held.delete(path)
    process.off('exit', remove)
    remove()
  }
}

function readIfThere(path: string): string | undefined {
  try {
    // A pipe would be waited for.
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}
