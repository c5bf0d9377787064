import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryIn } from '../files/temporary-files.ts'
import { calibrationCheckpoint, samplesKey } from './calibration-checkpoint.ts'

const silent = { note: () => {} }

it('a kept calibration is one whole file; what a killed run was writing goes with the next run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'q-checkpoint-'))
  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(temporaryIn(folder).replace(`-${process.pid}-`, `-${pid}-`), 'half')
  const { store } = await calibrationCheckpoint(join(folder, 'table'), 'key', silent)
  expect(readdirSync(folder)).toEqual([])
  await store.write(Uint8Array.of(1))
  await store.write(Uint8Array.of(2))
  expect(readdirSync(folder)).toEqual(['.table.unfinished'])
  expect([...(await store.read())!]).toEqual([2])
  await store.clear()
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, { recursive: true })
})

it('what another version kept, or of other samples, is not used, and a line says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'q-checkpoint-'))
  const notes: string[] = []
  const open = (key: string) => calibrationCheckpoint(join(folder, 'table'), key, { note: (line) => notes.push(line) })
  await (await open('a')).store.write(Uint8Array.of(1))
  expect(await (await open('a')).store.read()).toHaveLength(1)
  expect(notes).toEqual([])
  expect(await (await open('b')).store.read()).toBeUndefined()
  expect(notes).toEqual([expect.stringContaining('.table.unfinished is of another version')])
  rmSync(folder, { recursive: true })
})

it.each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
])('%s in the place of the file is left alone, and a line says what that costs', async (_, make) => {
  const folder = mkdtempSync(join(tmpdir(), 'q-checkpoint-'))
  make(join(folder, '.table.unfinished'))
  const notes: string[] = []
  const { store } = await calibrationCheckpoint(join(folder, 'table'), 'key', { note: (line) => notes.push(line) })
  await store.write(Uint8Array.of(1))
  expect(await store.read()).toBeUndefined()
  await store.clear()
  expect(notes).toEqual([expect.stringMatching(/\.table\.unfinished is no plain file: .* is not kept/)])
  expect(readdirSync(folder)).toEqual(['.table.unfinished'])
  rmSync(folder, { recursive: true })
})

it('a file that a link leads to is left alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'q-checkpoint-'))
  writeFileSync(join(folder, 'user.txt'), 'mine')
  symlinkSync('user.txt', join(folder, '.table.unfinished'))
  const { store } = await calibrationCheckpoint(join(folder, 'table'), 'key', silent)
  await store.write(Uint8Array.of(1))
  await store.clear()
  expect(readdirSync(folder)).toEqual(['user.txt'])
  expect(readFileSync(join(folder, 'user.txt'), 'utf8')).toBe('mine')
  rmSync(folder, { recursive: true })
})

it('a file that cannot be removed in the end costs no result', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'q-checkpoint-'))
  const notes: string[] = []
  const { store } = await calibrationCheckpoint(join(folder, 'table'), 'key', { note: (line) => notes.push(line) })
  mkdirSync(join(folder, '.table.unfinished'))
  await store.clear()
  expect(notes).toEqual([expect.stringContaining('cannot be removed')])
  rmSync(folder, { recursive: true })
})

it('a sample whose content changed is another one, with size and time of change set back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'q-checkpoint-'))
  const file = join(folder, 'a.npz')
  writeFileSync(file, 'before')
  const { atime, mtime } = statSync(file)
  const before = await samplesKey([file], '')
  expect(await samplesKey([file], '')).toBe(before)
  await new Promise((done) => setTimeout(done, 20))
  writeFileSync(file, 'after!')
  utimesSync(file, atime, mtime)
  expect(await samplesKey([file], '')).not.toBe(before)
  rmSync(folder, { recursive: true })
})
