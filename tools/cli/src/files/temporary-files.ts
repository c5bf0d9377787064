import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Eight letters for what numbers processes: this machine, and on Linux the container. */
const host = createHash('sha256').update(`${hostname()} ${processNumbers()}`).digest('hex').slice(0, 8)

let made = 0

/** A new name for a file that is being written, in the folder it is meant for. It does not grow with the file's own name. */
export function temporaryIn(folder: string): string {
  made += 1
  return join(folder, `.q-${host}-${process.pid}-${made}.tmp`)
}

/** Removes what runs that were killed while they wrote have left in a folder: files named by {@link temporaryIn} of processes that are gone. */
export async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const [, where, pid] = /^\.q-([0-9a-f]{8})-(\d+)-\d+\.tmp$/.exec(name) ?? []
    if (where === host && !isRunning(Number(pid))) await rm(join(folder, name), { force: true }).catch(() => {})
  }
}

/** A word for this process, by which another one can tell whether it still runs. */
export const processMark = (): string => `${host}-${process.pid}`

/** Whether the process of a mark runs, as far as it can be seen from here: not on another machine or in another container. */
export function isRunningMark(mark: string): boolean {
  const [, where, pid] = /^([0-9a-f]{8})-(\d+)$/.exec(mark) ?? []
  return where === host && isRunning(Number(pid))
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function processNumbers(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
