import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findVendor, vendorLines } from './find-vendor.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-vendor-'))
  for (const place of ['root/bin', 'path']) mkdirSync(join(folder, place), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (path: string) => writeFileSync(join(folder, path), '')

it('the named folder, then TPUC_ROOT, then PATH', async () => {
  put('root/bin/tpuc-opt')
  put('path/tpuc-opt')
  put('path/model_runner.py')
  const env = { PATH: join(folder, 'path') }
  expect(await findVendor(undefined, env)).toEqual({
    tpucOpt: join(folder, 'path/tpuc-opt'),
    modelRunner: join(folder, 'path/model_runner.py'),
    folder: join(folder, 'path'),
    root: folder,
  })
  expect((await findVendor(undefined, { ...env, TPUC_ROOT: join(folder, 'root') }))?.tpucOpt).toBe(join(folder, 'root/bin/tpuc-opt'))
  expect((await findVendor(join(folder, 'root'), env))?.tpucOpt).toBe(join(folder, 'root/bin/tpuc-opt'))
})

it('none is no error, unless a folder was named', async () => {
  expect(await findVendor(undefined, { PATH: join(folder, 'path') })).toBeUndefined()
  await expect(findVendor(join(folder, 'path'), {})).rejects.toMatchObject({ code: 'VENDOR_MISSING', kind: 'usage' })
})

it('a toolchain without the simulator', async () => {
  put('root/bin/tpuc-opt')
  expect(await findVendor(join(folder, 'root'), { PATH: '' })).toEqual({
    tpucOpt: join(folder, 'root/bin/tpuc-opt'),
    folder: join(folder, 'root/bin'),
    root: join(folder, 'root'),
  })
})

it('scripts of a Python environment find their root themselves', async () => {
  put('root/bin/tpuc-opt')
  put('root/pyvenv.cfg')
  expect((await findVendor(join(folder, 'root'), {}))?.root).toBeUndefined()
})

it('the lines for a person quote what a shell would split', () => {
  const [first, second] = vendorLines('a_tpu.mlir', 'a', 'a.bmodel')
  expect(first).toMatch(/^tpuc-opt a_tpu\.mlir --mlir-disable-threading --strip-io-quant="[^"]+" .* --address-assign -o a_final\.mlir$/)
  expect(second).toMatch(/^tpuc-opt a_final\.mlir --codegen="model_file=a\.bmodel [^"]+" -o \/dev\/null$/)
})
