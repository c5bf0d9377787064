import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tools/config/longest-first.ts'

export default defineConfig({
  resolve: { conditions: ['q-source'] },
  ssr: { resolve: { conditions: ['q-source', 'node', 'import', 'default'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'tools/*/src/**/*.test.ts',
      'tools/*/test/**/*.test.ts',
      'examples/**/*.test.ts',
      'e2e/**/*.test.ts',
    ],
    testTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    // As the program starts itself (`tools/cli/bin/q.mjs`), and with more room for what lives short: less collecting and compiling, a sixth of the processor time.
    execArgv: ['--initial-old-space-size=512', '--interrupt-budget=300000', '--max-semi-space-size=64'],
    sequence: { sequencer: LongestFirst },
    // Hundreds of files import the same packages, which hold no state: evaluating them for each anew took a quarter of the processor time of all tests.
    isolate: false,
  },
})
