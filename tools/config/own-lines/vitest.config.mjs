import { join } from 'node:path'
import settings from '../../../vitest.config.ts'
import { root } from '../workspace.mjs'
import { InOrder } from './in-order.mjs'

/**
 * Runs the tests of workspaces, all in one process a core, and counts for each workspace the lines that its own tests reach. Which
 * workspaces those are is told on the command line.
 */
export default {
  ...settings,
  test: {
    ...settings.test,
    root,
    setupFiles: [join(root, 'tools/config/own-lines/evaluate-anew.mjs')],
    sequence: { sequencer: InOrder },
    coverage: {
      enabled: true,
      provider: 'custom',
      customProviderModule: 'tools/config/own-lines/own-lines.mjs',
      exclude: ['**/*.test.ts', '**/*.test-d.ts', '**/generated/**'],
      reporter: ['json-summary'],
      reportOnFailure: true,
    },
  },
}
