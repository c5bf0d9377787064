import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArtifactNames } from '@q/ir'
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

const made = (more: Partial<ArtifactNames> = {}): ArtifactNames => ({ files: ['a.mlir', 'm.q'], ...more })
const places = (artifact: ArtifactNames, wishes: Partial<Parameters<typeof placeFiles>[1]>) => {
  const { paths, compiled } = placeFiles(artifact, wishes)
  return [...paths.values(), ...(compiled === undefined ? [] : [compiled])]
}

it('the model file goes where the user wants the model, the others into the working directory', () => {
  expect(places(made({ model: 'm.q', compiled: 'm.c' }), { model: 'out/m.c' })).toEqual(['a.mlir', 'out/m.q', 'out/m.c'])
  expect(places(made({ compiled: 'm.c' }), { model: 'out/m.c' })).toEqual(['a.mlir', 'm.q', 'out/m.c'])
})

it('all go there together when none stands for the model', () => {
  expect(places(made(), { model: 'out/m.c' })).toEqual(['out/a.mlir', 'out/m.q'])
})

it('all go into the working directory when the user names no model', () => {
  expect(places(made({ model: 'm.q', compiled: 'm.c' }), {})).toEqual(['a.mlir', 'm.q', 'm.c'])
})

it('the model file takes the very name the user gave, where that is wanted', () => {
  expect(places(made({ model: 'm.q' }), { model: 'out/m.c', keepName: true })).toEqual(['a.mlir', 'out/m.c'])
})
