import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readPlainFile } from './plain-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-plain-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const mostBytes = 100

it('reads a file, and a part of it as far as the file goes', async () => {
  const path = join(folder, 'a')
  writeFileSync(path, 'abcdef')
  const text = async (part?: { readonly offset: number; readonly length: number }) =>
    new TextDecoder().decode(await readPlainFile(path, { mostBytes, ...(part === undefined ? {} : { part }) }))
  expect(await text()).toBe('abcdef')
  expect(await text({ offset: 2, length: 3 })).toBe('cde')
  expect(await text({ offset: 4, length: 9 })).toBe('ef')
  expect(await text({ offset: 9, length: 1 })).toBe('')
})

it('takes a small part of a file beyond what may be held, and not the whole, before it makes room', async () => {
  const path = join(folder, 'large')
  writeFileSync(path, 'x')
  truncateSync(path, 5 * 2 ** 30)
  expect(await readPlainFile(path, { mostBytes, part: { offset: 3 * 2 ** 30, length: 4 } })).toEqual(new Uint8Array(4))
  await expect(readPlainFile(path, { mostBytes: 2 ** 32 })).rejects.toMatchObject({
    code: 'FILE_LARGE',
    found: '5368709120 bytes',
    wanted: '4294967296 bytes at most',
    hint: expect.stringContaining('--max-memory'),
  })
})

it.skipIf(process.platform === 'win32')('refuses pipes, which nobody may write to, and devices, which do not end', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')])
  await expect(readPlainFile(join(folder, 'pipe'), { mostBytes })).rejects.toMatchObject({ code: 'FILE_SPECIAL', found: 'a pipe' })
  await expect(readPlainFile('/dev/zero', { mostBytes })).rejects.toMatchObject({ code: 'FILE_SPECIAL', found: 'a device' })
})
