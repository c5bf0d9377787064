import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileReasons } from '@q/data'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fileError } from './file-errors.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-files-'))
  for (const name of ['a.onnx', 'digits.onnx', 'table', 'x.npz']) writeFileSync(join(folder, name), '')
})
afterEach(() => rmSync(folder, { recursive: true }))

it.each([
  ['digit.onnx', 'did you mean digits.onnx?'],
  ['tabel', 'did you mean table?'],
  ['a.onxn', 'did you mean a.onnx?'],
  ['b.onnx', 'check the path; relative paths start at the working directory'],
  ['model.onnx', 'check the path; relative paths start at the working directory'],
  ['y.npz', 'check the path; relative paths start at the working directory'],
])('%s that is missing: %s', async (name, hint) => {
  const error = Object.assign(new Error('none'), { code: 'ENOENT' })
  expect(await fileError(error, join(folder, name), 'read')).toMatchObject({ code: 'FILE_MISSING', hint })
})

it.each(['ENOENT', 'EISDIR', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'EMFILE'])(
  '%s has the code that samples have for it',
  async (code) => {
    const error = Object.assign(new Error(code), { code })
    expect(await fileError(error, join(folder, 'x'), 'read')).toMatchObject({ code: fileReasons[code]![0] })
  },
)

it.each(['read', 'write'] as const)('a link that leads nowhere is told as that: %s', async (doing) => {
  symlinkSync('nowhere/x', join(folder, 'link'))
  const error = Object.assign(new Error('none'), { code: 'ENOENT' })
  expect(await fileError(error, join(folder, 'link'), doing)).toMatchObject({ code: 'FILE_MISSING', found: 'a link to nowhere/x' })
})
