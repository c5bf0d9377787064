import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../tools/cli/bin/q.mjs')

/** Whether the program is built. */
export const isBuilt = existsSync(join(import.meta.dirname, '../tools/cli/dist/index.js'))

/** A search, and the file of its journal. */
export interface SearchCommand {
  readonly args: readonly string[]
  readonly journal: string
}

/** When a process is killed: once its journal has so many bytes and as many milliseconds are over. */
export interface Kill {
  readonly bytes: number
  readonly later: number
  readonly signal: NodeJS.Signals
}

/** Bytes of a file; none where there is none. */
export const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0)

/** Runs the program itself, not the process that watches it, and kills it once its journal has so many bytes and as many milliseconds are over. */
export async function runSearch({ args, journal }: SearchCommand, kill?: Kill) {
  const started = spawn(process.execPath, [program, ...args, '--json'], {
    env: { ...process.env, SOURCE_DATE_EPOCH: '0', Q_WATCHED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  started.stdout.on('data', (text: Buffer) => {
    out += text.toString()
  })
  started.stderr.on('data', (text: Buffer) => {
    err += text.toString()
  })
  let mostBytes = 0
  let isDue = false
  const watch = setInterval(() => {
    const bytes = sizeOf(journal)
    mostBytes = Math.max(mostBytes, bytes)
    if (kill === undefined || isDue || bytes < kill.bytes) return
    isDue = true
    setTimeout(() => started.kill(kill.signal), kill.later)
  }, 1)
  const code = await new Promise((resolve) => started.on('close', resolve))
  clearInterval(watch)
  const line = out.split('\n').find((each) => each.startsWith('{"event":"evaluated"'))
  const counts = line === undefined ? undefined : (JSON.parse(line) as Record<string, number>)
  return { code, err, counts, mostBytes }
}

/** The text of every file that was not there before. */
export function written(before: ReadonlySet<string>): ReadonlyMap<string, string> {
  const names = readdirSync('.').filter((name) => !before.has(name))
  return new Map(names.sort().map((name) => [name, readFileSync(name, 'latin1')]))
}

/** Removes every file that was not there before. */
export function removeWritten(before: ReadonlySet<string>): void {
  for (const name of readdirSync('.')) if (!before.has(name)) rmSync(name, { recursive: true })
}
