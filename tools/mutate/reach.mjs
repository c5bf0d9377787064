import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { marked } from './mutants.mjs'

const setup = fileURLToPath(new URL('reach-setup.mjs', import.meta.url))

/**
 * Which tests enter which functions of the sources: each test file is run once, by itself, with a mark in every function.
 *
 * @returns for the place of a function the test files that enter it, and the test files that pass
 */
export async function reachedBy(folder, sources, tests) {
  const originals = new Map(sources.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
  for (const [path, text] of originals) writeFileSync(join(folder, path), marked(path, text, 'globalThis.qMark?.'))
  const log = join(folder, 'reached.jsonl')
  const config = join(folder, 'vitest.reach.config.ts')
  rmSync(log, { force: true })
  writeFileSync(
    config,
    `import base from './vitest.config.ts'\nexport default { ...base, test: { ...base.test, setupFiles: [${JSON.stringify(setup)}] } }\n`,
  )
  const failed = await runAll(folder, config, log, tests)
  for (const [path, text] of originals) writeFileSync(join(folder, path), text)
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
  const reached = new Map()
  const ran = new Map()
  for (const { test, milliseconds, places } of lines.map((line) => JSON.parse(line))) {
    const path = test.slice(folder.length + 1)
    if (failed.has(path)) continue
    ran.set(path, milliseconds)
    for (const place of places) reached.set(place, [...(reached.get(place) ?? []), path])
  }
  return { reached, ran, failed }
}

async function runAll(folder, config, log, tests) {
  const output = join(folder, 'reached.json')
  const args = [
    'run',
    '--config',
    config,
    '--root',
    folder,
    '--reporter=json',
    `--outputFile=${output}`,
    ...tests.map((test) => join(folder, test)),
  ]
  const child = spawn(process.execPath, [join(folder, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, Q_REACHED: log, Q_SHARED: join(folder, 'no-shared-folder') },
  })
  await new Promise((resolve) => child.on('close', resolve))
  const { testResults } = JSON.parse(readFileSync(output, 'utf8'))
  return new Set(testResults.filter(({ status }) => status === 'failed').map(({ name }) => name.slice(folder.length + 1)))
}
