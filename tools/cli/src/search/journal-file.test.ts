import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealLine } from '@q/mixprec'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Context } from '../context.ts'
import { openJournal } from './journal-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(text: string) {
  const told: unknown[] = []
  const reporter = { note: (line: string) => told.push(line), event: (name: string, data: object) => told.push([name, data]) }
  const path = join(folder, '.plan.journal')
  writeFileSync(path, text)
  const journal = openJournal(join(folder, 'plan'), { reporter: reporter as unknown as Context['reporter'] })
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
