import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { QError } from '@q/ir'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '../context.ts'
import { createCompilerHost } from './compiler-host.ts'

let folder = ''
let notes: string[] = []
let interruption = new AbortController()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-host-'))
  notes = []
  interruption = new AbortController()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const host = (env: Context['env'] = process.env) => {
  const nothing = () => {}
  const reporter = {
    print: nothing,
    note: (line: string) => notes.push(line),
    diagnostic: nothing,
    progress: nothing,
    event: nothing,
    error: nothing,
    close: nothing,
  }
  return createCompilerHost({ reporter, env, signal: interruption.signal })
}
const shell = (script: string) => ({ program: '/bin/sh', args: ['-c', script] })
const stop = new QError('INTERRUPTED', 'stopped by the user', { kind: 'interrupted' })

it('finds a program in the first folder that has it', async () => {
  for (const place of ['a', 'b/bin']) mkdirSync(join(folder, place), { recursive: true })
  writeFileSync(join(folder, 'b/bin/x'), '')
  const { find, programFolders } = host({ PATH: `${folder}/a::${folder}/b/bin` })
  expect(programFolders).toEqual([`${folder}/a`, `${folder}/b/bin`])
  expect(await find('x', programFolders)).toBe(join(folder, 'b/bin/x'))
  expect(await find('x', [`${folder}/a/../b/bin`])).toBe(join(folder, 'b/bin/x'))
  expect(await find('y', programFolders)).toBeUndefined()
  host().note('working')
  expect(notes).toEqual(['working'])
})

describe('a folder of its own', () => {
  const given = new Map([['in', new TextEncoder().encode('given')]])

  it('holds the files, is where programs run, and is removed afterwards', async () => {
    let path = ''
    const bytes = await host().inFolder(given, async (work) => {
      path = work.path
      expect(await work.run(shell('cat in > out; ls; echo to the other stream >&2; exit 3'))).toEqual({
        exitCode: 3,
        output: expect.stringMatching(/in\nout\n/),
      })
      return work.read('out')
    })
    expect(new TextDecoder().decode(bytes)).toBe('given')
    expect(existsSync(path)).toBe(false)
  })

  it('is removed when the work fails', async () => {
    let path = ''
    const work = host().inFolder(given, async (inside) => {
      path = inside.path
      await inside.read('nothing')
    })
    await expect(work).rejects.toMatchObject({ code: 'FILE_MISSING' })
    expect(existsSync(path)).toBe(false)
  })

  it('programs see the variables and folders they are given', async () => {
    const { output } = await host({ PATH: '/usr/bin:/bin', A: '1' }).inFolder(given, (work) =>
      work.run({ ...shell('echo $A $B $PATH'), env: { B: '2', A: undefined }, foldersFirst: ['/first'] }),
    )
    expect(output).toBe('2 /first:/usr/bin:/bin\n')
  })

  it('keeps a text in a file of its own', async () => {
    const path = await host().keep!('tpuc-opt.log', 'all of it')
    expect(readFileSync(path, 'utf8')).toBe('all of it')
    rmSync(dirname(path), { recursive: true })
  })

  it('keeps a long output, and the last of one that is longer', async () => {
    const printed = (last: number) => host().inFolder(given, (work) => work.run(shell(`seq 1 ${last}`)))
    expect((await printed(3000)).output).toMatch(/^1\n2\n[^]*3000\n$/)
    const { output } = await printed(300_000)
    expect(output.length).toBe(1_000_000)
    expect(output.endsWith('299999\n300000\n')).toBe(true)
  })

  it('a program that a signal ended has no exit code; one that cannot be started is an error with its path', async () => {
    expect(await host().inFolder(given, (work) => work.run(shell('kill -9 $$')))).toEqual({ output: '' })
    await expect(host().inFolder(given, (work) => work.run({ program: join(folder, 'gone'), args: [] }))).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })
})

describe('an interruption', () => {
  it('ends the program and all it started, and leaves nothing', async () => {
    let path = ''
    const work = host().inFolder(new Map(), async (inside) => {
      path = inside.path
      setTimeout(() => interruption.abort(stop), 200)
      return inside.run(shell(`(sleep 1; echo late > ${join(folder, 'late')}) & wait`))
    })
    await expect(work).rejects.toBe(stop)
    expect(existsSync(path)).toBe(false)
    await new Promise((done) => setTimeout(done, 1200))
    expect(readdirSync(folder)).toEqual([])
    expect(readdirSync(dirname(path))).not.toContain(basename(path))
  })

  it('before the start lets nothing run', async () => {
    interruption.abort(stop)
    await expect(host().inFolder(new Map(), (inside) => inside.run(shell('sleep 5')))).rejects.toBe(stop)
  })
})
