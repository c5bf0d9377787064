import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { CompilerHost, ProgramCall, ProgramEnd } from '@q/ir'
import type { Surroundings } from '../context.ts'
import { isThere, readBytes } from '../files/read-file.ts'

/** Of what a program prints: its reasons stand before the frames of its stack, whatever their number. */
const longestOutput = 1_000_000

/** Runs the programs of a chip's toolchain on this machine, until the user interrupts. */
export function createCompilerHost(context: Surroundings): CompilerHost {
  const { env, reporter } = context
  return {
    env,
    programFolders: (env['PATH'] ?? '').split(delimiter).filter((each) => each !== ''),
    note: (line) => reporter.note(line),
    async keep(name, text) {
      const path = join(await mkdtemp(join(tmpdir(), 'q-chip-')), name)
      await writeFile(path, text)
      return path
    },
    async find(name, folders) {
      for (const folder of folders) {
        const path = join(folder, name)
        if (await isThere(path)) return path
      }
      return undefined
    },
    async inFolder(files, work) {
      const path = await mkdtemp(join(tmpdir(), 'q-chip-'))
      try {
        for (const [name, bytes] of files) await writeFile(join(path, name), bytes)
        return await work({ path, run: (call) => run(call, path, context), read: (name) => readBytes(join(path, name)) })
      } finally {
        await rm(path, { recursive: true, force: true })
      }
    },
  }
}

/** Runs one program to its end, or kills it and all it started when the user interrupts. */
function run(
  { program, args, env: more = {}, foldersFirst = [] }: ProgramCall,
  folder: string,
  { env, signal }: Surroundings,
): Promise<ProgramEnd> {
  return new Promise((done, fail) => {
    // A group of its own: the programs are scripts that start others, and all of them are to end together.
    const child = spawn(program, args, {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, PATH: [...foldersFirst, env['PATH'] ?? ''].join(delimiter), ...more },
    })
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    process.once('exit', end)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    let output = ''
    const keep = (chunk: Buffer) => {
      output = `${output}${chunk.toString()}`.slice(-longestOutput)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const settle = () => {
      process.off('exit', end)
      signal.removeEventListener('abort', end)
    }
    child.on('error', (error) => {
      settle()
      fail(error)
    })
    child.on('close', (code) => {
      settle()
      if (signal.aborted) return fail(signal.reason)
      done({ output, ...(code === null ? {} : { exitCode: code }) })
    })
  })
}
