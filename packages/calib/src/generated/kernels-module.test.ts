import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
// @ts-expect-error -- a script without types
import { compileKernels } from '../../scripts/kernels-module.mjs'

it('the kernels are those of assembly/kernels.ts (else run scripts/compile-kernels.mjs)', async () => {
  const committed = await readFile(new URL('kernels-module.ts', import.meta.url), 'utf8')
  expect(committed === (await compileKernels())).toBe(true)
})
