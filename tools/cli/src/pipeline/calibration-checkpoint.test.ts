import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryIn } from '../files/temporary-files.ts'
import { calibrationCheckpoint } from './calibration-checkpoint.ts'

it('a kept calibration is one whole file; what a killed run was writing goes with the next run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'q-checkpoint-'))
  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(temporaryIn(folder).replace(`-${process.pid}-`, `-${pid}-`), 'half')
  const { store } = await calibrationCheckpoint(join(folder, 'table'), [], '')
  expect(readdirSync(folder)).toEqual([])
  await store.write(Uint8Array.of(1))
  await store.write(Uint8Array.of(2))
  expect(readdirSync(folder)).toEqual(['.table.unfinished'])
  expect([...(await store.read())!]).toEqual([2])
  await store.clear()
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, { recursive: true })
})
