import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { externalFile } from './external-file.ts'

let root = ''
const at = (...names: readonly string[]) => join(root, ...names)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'q-external-'))
  for (const folder of ['models/sub', 'blobs', 'elsewhere']) await mkdir(at(folder), { recursive: true })
  for (const file of ['models/m.onnx', 'models/sub/w.bin', 'blobs/a', 'blobs/b', 'elsewhere/w.bin']) await writeFile(at(file), '')
  await symlink(at('elsewhere/w.bin'), at('models/file.bin'))
  await symlink(at('elsewhere'), at('models/folder'))
  await symlink(at('models/sub/w.bin'), at('models/own.bin'))
  await symlink(at('blobs/a'), at('models/cached.onnx'))
  await symlink(at('blobs/b'), at('models/cached.bin'))
})
afterAll(() => rm(root, { recursive: true }))

describe('weights in another file', () => {
  it("are read from below the model's folder, or from where a linked model really lies", async () => {
    for (const location of ['sub/w.bin', 'own.bin', 'missing.bin'])
      expect(await externalFile(at('models/m.onnx'), location)).toBe(at('models', location))
    expect(await externalFile(at('models/cached.onnx'), 'cached.bin')).toBe(at('models/cached.bin'))
  })

  it('are refused where a link leads out of it', async () => {
    for (const location of ['file.bin', 'folder/w.bin', 'cached.bin'])
      await expect(externalFile(at('models/m.onnx'), location), location).rejects.toMatchObject({ code: 'ONNX_EXTERNAL_DATA' })
  })
})
