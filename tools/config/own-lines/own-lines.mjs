import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import v8 from '@vitest/coverage-v8'
import { workspaceOf } from './workspace-of.mjs'

const readsOutside = (path) => readFileSync(path, 'utf8').includes('Q_SHARED')

/** Whether a test file, or a file that it shares with others, reads the folder of models and images that is no part of the repository. */
function dependsOnOutside(test) {
  const imported = [...readFileSync(test, 'utf8').matchAll(/from '(\.{1,2}\/[^']+\.ts)'/g)].map(([, path]) => join(dirname(test), path))
  return [test, ...imported].some(readsOutside)
}

/** V8's coverage, where a line counts only if a test of its own workspace reaches it with files of the repository alone. */
export default {
  ...v8,
  async getProvider() {
    // Workers look by this name for the module that takes coverage: this one.
    return Object.assign(await v8.getProvider(), { name: 'custom' })
  },
  async takeCoverage(options) {
    const { expect } = await import('vitest')
    const { testPath } = expect.getState()
    const { result } = await v8.takeCoverage(options)
    if (dependsOnOutside(testPath)) return { result: [] }
    const own = pathToFileURL(workspaceOf(testPath)).href
    return { result: result.filter(({ url }) => url.startsWith(own)) }
  },
}
