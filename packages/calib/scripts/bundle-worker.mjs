// Writes src/generated/worker-source.ts: the worker's code as one string, so that a thread can be started from the
// sources, from the build and from a bundle alike. Run after a change to anything src/observe/worker-entry.ts imports.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { bundleWorker } from './worker-bundle.mjs'

const target = fileURLToPath(new URL('../src/generated/worker-source.ts', import.meta.url))
await writeFile(target, await bundleWorker())
