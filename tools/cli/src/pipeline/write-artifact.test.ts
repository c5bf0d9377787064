import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Artifact } from '@q/ir'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { placeFiles } from './write-artifact.ts'

const before = process.cwd()
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-places-'))
  process.chdir(folder)
  mkdirSync('out')
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true, force: true })
})

const made = (more: Partial<Artifact> = {}): Artifact => ({
  files: new Map(['a.mlir', 'm.q'].map((name) => [name, new Uint8Array()])),
  diagnostics: [],
  ...more,
})
const places = async (artifact: Artifact, wishes: Partial<Parameters<typeof placeFiles>[1]>) => {
  const { paths, compiled } = await placeFiles(artifact, { taken: [], ...wishes })
  return [...paths.values(), ...(compiled === undefined ? [] : [compiled])]
}

it('the model file goes where the user wants the model, the others into the working directory', async () => {
  expect(await places(made({ model: 'm.q', compiled: 'm.c' }), { model: 'out/m.c' })).toEqual(['a.mlir', 'out/m.q', 'out/m.c'])
  expect(await places(made({ compiled: 'm.c' }), { model: 'out/m.c' })).toEqual(['a.mlir', 'm.q', 'out/m.c'])
})

it('all go there together when none stands for the model', async () => {
  expect(await places(made(), { model: 'out/m.c' })).toEqual(['out/a.mlir', 'out/m.q'])
})

it('all go into the working directory when the user names no model', async () => {
  expect(await places(made({ model: 'm.q', compiled: 'm.c' }), {})).toEqual(['a.mlir', 'm.q', 'm.c'])
})

it('the model file takes the very name the user gave, where that is wanted', async () => {
  expect(await places(made({ model: 'm.q' }), { model: 'out/m.c', keepName: true })).toEqual(['a.mlir', 'out/m.c'])
  await expect(places(made({ model: 'm.q' }), { model: 'a.mlir', keepName: true })).rejects.toMatchObject({ code: 'FILE_TAKEN' })
})

it.each(['a.mlir', './a.mlir', 'out/../a.mlir', 'link'])('a file of this run is not replaced: %s', async (taken) => {
  writeFileSync('a.mlir', '')
  symlinkSync('a.mlir', 'link')
  await expect(places(made(), { taken: [taken] })).rejects.toMatchObject({
    code: 'FILE_TAKEN',
    kind: 'usage',
    found: expect.stringContaining(taken),
  })
})
