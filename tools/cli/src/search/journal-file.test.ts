import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealLine } from '@q/mixprec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '../context.ts'
import { openJournal } from './journal-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const journalIn = () => join(folder, '.plan.journal')

/** Opens the journal; where a text is given, with that in it. */
function open(text?: string, write?: Parameters<typeof openJournal>[2]) {
  const told: unknown[] = []
  const reporter = { note: (line: string) => told.push(line), event: (name: string, data: object) => told.push([name, data]) }
  const path = journalIn()
  if (text !== undefined) writeFileSync(path, text)
  const journal = openJournal(join(folder, 'plan'), { reporter: reporter as unknown as Context['reporter'] }, write)
  return { told, journal, path }
}

const entry = (key: string) => `${sealLine(`{"scope":"s","key":"${key}","sample":0,"losses":{}}`)}\n`

it('counts what is torn or damaged, and leaves it alone', () => {
  const text = `${entry('a')}${entry('b').replace('"b"', '"x"')}${entry('c').slice(0, -9)}`
  const { told, journal, path } = open(text)
  expect(told).toEqual([
    ['journal_damaged', { journal: path, damaged: 2, lines: 3 }],
    `note: 2 of 3 lines of ${path} are torn or damaged: what they told is found out again`,
  ])
  expect(journal.answers).toBe(1)
  expect(readFileSync(path, 'utf8')).toBe(text)
})

it('says nothing of a journal that is whole', () => {
  const { told, journal } = open(`${entry('a')}${sealLine('{"calibrated":"k","calibrations":[]}')}\n`)
  expect(told).toEqual([])
  expect(journal.answers).toBe(1)
})

it('is given up where the disk is full, with a word, and what is in it serves the next run', () => {
  let room = 2
  const { told, journal, path } = open(entry('a'), (file, text) => {
    const isFull = room-- === 0
    appendFileSync(file, isFull ? text.slice(0, 7) : text)
    if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  })
  for (const key of ['b', 'c', 'd', 'e']) journal.journal.append(entry(key).trimEnd())
  expect(told).toEqual([
    expect.stringMatching(/cannot be written \(ENOSPC.*\): what this search finds out is not kept, and it starts again/),
  ])
  journal.close()
  // The fourth was torn; nothing was written behind it.
  expect(readFileSync(path, 'utf8')).toBe(`${entry('a')}${entry('b')}${entry('c')}${entry('d').slice(0, 7)}`)
  expect(open().journal.answers).toBe(3)
})

describe('a journal that a search cannot have for itself', () => {
  it('is read, and neither written nor removed beside a search that is running', () => {
    const first = open(entry('a'))
    const second = open()
    expect(second.told).toEqual([expect.stringContaining('another search with this output is running')])
    expect(second.journal.answers).toBe(1)
    second.journal.journal.append('second')
    second.journal.finished()
    first.journal.journal.append('first')
    expect(readFileSync(journalIn(), 'utf8')).toBe(`${entry('a')}first\n`)
    first.journal.finished()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is taken over from a process that was killed, and once more when it was let go', () => {
    const dead = execFileSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' }).trim()
    const mark = readMark().replace(/\d+$/, dead)
    writeFileSync(`${journalIn()}.lock`, mark)
    const { told, journal } = open(entry('a'))
    expect(told).toEqual([])
    journal.close()
    open().journal.close()
    journal.finished()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is done without where it cannot be written, with one note', () => {
    mkdirSync(journalIn())
    const { told, journal } = open()
    journal.journal.append('a')
    journal.journal.append('b')
    expect(told).toEqual([expect.stringMatching(/^note: the journal .*\.plan\.journal cannot be written \(it is no plain file\)/)])
    journal.finished()
    expect(readdirSync(folder)).toEqual(['.plan.journal'])
  })

  it.each(['user.txt', 'nothing.txt'])('is none where a link leads to %s, which is neither read, written, made nor removed', (name) => {
    writeFileSync(join(folder, 'user.txt'), entry('mine'))
    symlinkSync(name, journalIn())
    const { told, journal } = open()
    journal.journal.append('a')
    expect(told).toEqual([expect.stringContaining('it is no plain file')])
    expect(journal.answers).toBe(0)
    journal.finished()
    expect(readdirSync(folder).sort()).toEqual(['.plan.journal', 'user.txt'])
    expect(readFileSync(join(folder, 'user.txt'), 'utf8')).toBe(entry('mine'))
  })

  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
    ['a link to nothing', (path: string) => symlinkSync('nothing', path)],
  ])('whose lock is %s is done without, and no other search is made up', (_, make) => {
    make(`${journalIn()}.lock`)
    const { told, journal } = open(entry('a'))
    expect(told).toEqual([expect.stringMatching(/^note: the journal .* cannot be written \(.*\.journal\.lock is no plain file\)/)])
    expect(journal.answers).toBe(1)
    journal.finished()
    expect(readdirSync(folder).sort()).toEqual(['.plan.journal', '.plan.journal.lock'])
  })
})

function readMark(): string {
  const { journal } = open()
  const mark = readFileSync(`${journalIn()}.lock`, 'utf8')
  journal.close()
  return mark
}
