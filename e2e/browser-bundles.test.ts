import { build } from 'esbuild'
import { expect, it } from 'vitest'

const packages = ['ir', 'onnx', 'mlir', 'exec-ref', 'exec-ort', 'calib', 'mixprec', 'fpfwd', 'backend-bm1684x']

it.each(packages)('@q/%s is bundled for a web page without a module of Node', async (name) => {
  const { errors } = await build({
    stdin: { contents: `export * from '@q/${name}'`, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['q-source'],
    write: false,
    logLevel: 'silent',
  }).catch((error: { readonly errors: readonly { readonly text: string }[] }) => error)
  expect(errors.map(({ text }) => text)).toEqual([])
})
