import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
// @ts-expect-error -- a script without types
import { bundleWorker } from '../../scripts/worker-bundle.mjs'

it('the worker code is that of the sources (else run scripts/bundle-worker.mjs)', async () => {
  const committed = await readFile(new URL('worker-source.ts', import.meta.url), 'utf8')
  expect(committed === (await bundleWorker())).toBe(true)
})
