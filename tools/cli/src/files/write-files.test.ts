import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { placeOf } from './place.ts'
import { type FileToWrite, writeFiles } from './write-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-write-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const toWrite = async (name: string, content: string): Promise<FileToWrite> => {
  const path = join(folder, name)
  return { path, place: await placeOf(path), content }
}

it.each(['ENOSPC', 'EDQUOT'])(
  'a disk that is full at the second file (%s) leaves all as it was, and nothing half written',
  async (code) => {
    writeFileSync(join(folder, 'a'), 'old a')
    writeFileSync(join(folder, 'b'), 'old b')
    let written = 0
    const failing = async (path: string, content: Uint8Array | string): Promise<void> => {
      writeFileSync(path, content.slice(0, 3))
      written++
      if (written === 2) throw Object.assign(new Error(code), { code })
    }
    const files = [await toWrite('a', 'new a'), await toWrite('b', 'new b'), await toWrite('c', 'new c')]
    await expect(writeFiles(files, failing)).rejects.toMatchObject({ at: [join(folder, 'b')], found: code, kind: 'file-system' })
    expect(readdirSync(folder).sort()).toEqual(['a', 'b'])
    expect([readFileSync(join(folder, 'a'), 'utf8'), readFileSync(join(folder, 'b'), 'utf8')]).toEqual(['old a', 'old b'])
    await writeFiles(files)
    expect(readFileSync(join(folder, 'c'), 'utf8')).toBe('new c')
  },
)
