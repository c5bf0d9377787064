import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { digestOfModule } from './digest-of-module.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-module-'))
  write('main.mjs', "import { half } from './half.mjs'\nexport default half")
  write(
    'half.mjs',
    "import { createRequire } from 'node:module'\nconst two = createRequire(import.meta.url)('./two.cjs')\nexport const half = (x) => x / two",
  )
  write('other.cjs', "module.exports = require('./two')")
  write('two.js', 'module.exports = 2')
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const digest = (name: string, within = folder) => digestOfModule(join(within, name))

it('a module is another one when a file that it imports is', async () => {
  const before = await digest('main.mjs')
  expect(await digest('main.mjs')).toBe(before)
  write('half.mjs', 'export const half = (x) => x * 0.5')
  expect(await digest('main.mjs')).not.toBe(before)
})

it('and when one is that it requires', async () => {
  const before = await digest('other.cjs')
  write('two.js', 'module.exports = 2.5')
  expect(await digest('other.cjs')).not.toBe(before)
})

it('it is the same wherever it lies', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'q-module-'))
  cpSync(folder, copy, { recursive: true })
  expect(await digest('main.mjs', copy)).toBe(await digest('main.mjs'))
  rmSync(copy, { recursive: true })
})
