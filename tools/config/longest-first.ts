import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const root = join(import.meta.dirname, '../..')

/** The test files that take longest, the longest first. */
const longest = [
  'vendor-search-results',
  'killed-searches',
  'same-searches',
  'acuity-executes',
  'processes',
  'search',
  'reference-tables',
  'pegasus',
  'outputs-are-no-inputs',
  'vendor-searches',
  'evaluator',
  'backends-execute',
  'reference-cv18xx',
].map((name) => join(root, `e2e/${name}.test.ts`))

/** Starts the longest test files first: whichever began last would go on alone while the other cores have nothing left to do. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const lost = longest.filter((path) => !existsSync(path))
    if (lost.length > 0) throw new Error(`tools/config/longest-first.ts names files that are not there: ${lost.join(', ')}`)
    const rank = ({ moduleId }: TestSpecification) => {
      const index = longest.indexOf(moduleId)
      return index < 0 ? longest.length : index
    }
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}
