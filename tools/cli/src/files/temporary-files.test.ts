import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeLock } from '../search/journal-lock.ts'
import { isRunningMark, processMark, removeAbandoned } from './temporary-files.ts'

const [host, , started] = processMark().split('-') as [string, string, string?]

/** The number of a process that has ended and that nobody has asked how, while `work` is done. */
async function besideZombie(work: (pid: number) => Promise<void>): Promise<void> {
  const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'])
  const [text] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(text.toString())
  try {
    await expect.poll(() => isRunningMark(`${host}-${pid}`), { timeout: 10_000 }).toBe(false)
    expect(() => process.kill(pid, 0)).not.toThrow()
    await work(pid)
  } finally {
    parent.kill('SIGKILL')
  }
}

describe('the mark of a process', () => {
  it('is of one that runs', () => {
    expect(isRunningMark(processMark())).toBe(true)
    expect(isRunningMark(`${host}-${process.pid}`)).toBe(true)
  })

  it('is none of another machine, and of none that never was', () => {
    expect(isRunningMark(processMark().replace(host, '00000000'))).toBe(false)
    expect(isRunningMark(`${host}-${2 ** 30}`)).toBe(false)
  })

  it.runIf(process.platform === 'linux')(
    'is of one that is gone where the number is that of a process which started at another time',
    () => {
      expect(isRunningMark(`${host}-${process.pid}-${Number(started) + 1}`)).toBe(false)
    },
  )
})

describe.runIf(process.platform === 'linux')('a process that was killed and that its parent has not asked for yet', () => {
  it('holds no lock', () =>
    besideZombie(async (pid) => {
      const folder = mkdtempSync(join(tmpdir(), 'q-lock-'))
      try {
        const path = join(folder, 'lock')
        writeFileSync(path, `${host}-${pid}`)
        const release = takeLock(path)
        expect(release).toBeTypeOf('function')
        release?.()
      } finally {
        rmSync(folder, { recursive: true })
      }
    }))

  it('writes no file any more', () =>
    besideZombie(async (pid) => {
      const folder = mkdtempSync(join(tmpdir(), 'q-abandoned-'))
      try {
        for (const each of [pid, process.pid]) writeFileSync(join(folder, `.q-${host}-${each}-1.tmp`), '')
        await removeAbandoned(folder)
        expect(readdirSync(folder)).toEqual([`.q-${host}-${process.pid}-1.tmp`])
      } finally {
        rmSync(folder, { recursive: true })
      }
    }))
})
