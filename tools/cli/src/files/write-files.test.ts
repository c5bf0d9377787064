import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkWritable, writeFiles } from './write-files.ts'

let folder = ''
const place = (name: string) => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-write-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('writes bytes and text, and names what it replaces', async () => {
  writeFileSync(place('old'), 'before')
  const replaced: string[] = []
  await writeFiles(
    new Map<string, Uint8Array | string>([
      [place('old'), 'after'],
      [place('new'), Uint8Array.of(1, 2)],
    ]),
    (path) => replaced.push(path),
  )
  expect(readFileSync(place('old'), 'utf8')).toBe('after')
  expect([...readFileSync(place('new'))]).toEqual([1, 2])
  expect(replaced).toEqual([place('old')])
  expect(readdirSync(folder).sort()).toEqual(['new', 'old'])
})

it('one that fails leaves all as it was', async () => {
  writeFileSync(place('old'), 'before')
  mkdirSync(place('taken'))
  const work = writeFiles(
    new Map([
      [place('old'), 'after'],
      [place('taken'), 'x'],
    ]),
  )
  await expect(work).rejects.toMatchObject({ code: 'FILE_IS_FOLDER', kind: 'file-system', at: [place('taken')] })
  expect(readFileSync(place('old'), 'utf8')).toBe('before')
  expect(readdirSync(folder).sort()).toEqual(['old', 'taken'])
})

it('follows links', async () => {
  writeFileSync(place('target'), 'before')
  symlinkSync(place('target'), place('link'))
  await writeFiles(new Map([[place('link'), 'after']]))
  expect(readFileSync(place('target'), 'utf8')).toBe('after')
  expect(readlinkSync(place('link'))).toBe(place('target'))
})

it('writes into devices instead of replacing them', async () => {
  await writeFiles(new Map([['/dev/null', 'x']]))
  await expect(writeFiles(new Map([['/dev/full', 'x']]))).rejects.toMatchObject({ code: 'DISK_FULL' })
  expect(readFileSync('/dev/null', 'utf8')).toBe('')
})

it('checkWritable leaves nothing, and refuses what cannot be written', async () => {
  await checkWritable(place('out'))
  expect(readdirSync(folder)).toEqual([])
  await expect(checkWritable(folder)).rejects.toMatchObject({ code: 'FILE_IS_FOLDER' })
  await expect(checkWritable(place('nowhere/out'))).rejects.toMatchObject({
    code: 'FILE_MISSING',
    kind: 'file-system',
    hint: 'make the folder first',
  })
})
