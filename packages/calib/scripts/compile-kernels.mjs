// Writes src/generated/kernels-module.ts. Run after a change to assembly/kernels.ts, and bundle-worker.mjs after it.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compileKernels } from './kernels-module.mjs'

await writeFile(fileURLToPath(new URL('../src/generated/kernels-module.ts', import.meta.url)), await compileKernels())
