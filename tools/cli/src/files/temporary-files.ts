import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
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
export const processMark = (): string => [host, process.pid, stateOf(process.pid)?.started].filter((part) => part !== undefined).join('-')

/** Whether the process of a mark runs, as far as it can be seen from here: not on another machine or in another container. */
export function isRunningMark(mark: string): boolean {
  const [, where, pid, started] = /^([0-9a-f]{8})-(\d+)(?:-(\d+))?$/.exec(mark) ?? []
  return where === host && isRunning(Number(pid), started)
}

/** @param started when it started; one that started at another time has its number from another one, which is gone. @default its number is enough */
function isRunning(pid: number, started?: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
  const seen = stateOf(pid)
  return seen === undefined || (!isDead.has(seen.state) && (started === undefined || started === seen.started))
}

/** States of processes that are over, and only wait to be asked how they ended. */
const isDead: ReadonlySet<string> = new Set(['Z', 'X', 'x'])

/** What Linux tells of a process: its state, and when it started, in ticks since the machine did; nothing elsewhere. */
function stateOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may have any of these in it. proc_pid_stat(5): state is the third field, starttime the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state, started] = [fields[0], fields[19]]
    return state === undefined || started === undefined ? undefined : { state, started }
  } catch {
    return undefined
  }
}

function processNumbers(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
