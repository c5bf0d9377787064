import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { marked } from './mutants.mjs'

const setup = fileURLToPath(new URL('reach-setup.mjs', import.meta.url))

/** Milliseconds that a test may take here: others' load fails none. */
export const longestTest = 1_800_000

/**
 * Which tests enter which functions of the sources, and what each test file costs: each is run once, by itself, with a mark in
 * every function. What a former run found holds as long as the test and all that it imports are what they were.
 *
 * @param {object} asked `folder` the tree, `sources` what is marked, `tests` the test files, `filesOf` all that a test reads,
 *   `memory` the file that keeps what was found, `longest` the processor seconds above which a test file is not needed
 * @returns for the place of a function the test files that enter it, the places that an import enters, the seconds of each test
 *   file that passes, and those that fail or are too long
 */
export async function reachedBy({ folder, sources, tests, filesOf, memory, longest }) {
  const known = existsSync(memory) ? JSON.parse(readFileSync(memory, 'utf8')) : {}
  const digests = new Map()
  const digestOf = (path) => {
    if (!digests.has(path)) digests.set(path, sha256(readFileSync(join(folder, path))))
    return digests.get(path)
  }
  const keys = new Map(tests.map((test) => [test, sha256([...sources, ...filesOf(test).sort()].map(digestOf).join())]))
  const isLong = (test) => known[test]?.seconds > longest
  const unknown = tests.filter((test) => known[test]?.key !== keys.get(test) && !isLong(test))
  const found = await enteredIn(folder, sources, unknown)
  for (const test of unknown) known[test] = { key: keys.get(test), ...(found.get(test) ?? { failed: true }) }
  mkdirSync(dirname(memory), { recursive: true })
  writeFileSync(memory, JSON.stringify(known))

  const reached = new Map()
  const ran = new Map()
  const atImport = new Set()
  for (const test of tests.filter((one) => !known[one].failed && !isLong(one))) {
    ran.set(test, known[test].seconds)
    for (const place of known[test].places) reached.set(place, [...(reached.get(place) ?? []), test])
    for (const place of known[test].atImport) atImport.add(place)
  }
  return { atImport, reached, ran, failed: tests.filter((test) => known[test].failed), long: tests.filter(isLong) }
}

function sha256(content) {
  return createHash('sha256').update(content).digest('base64url')
}

/** Test file to its processor seconds and the places that it enters; a test file that does not pass is not among them. */
async function enteredIn(folder, sources, tests) {
  if (tests.length === 0) return new Map()
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
  return new Map(
    lines
      .map((line) => JSON.parse(line))
      .map(({ test, ...found }) => [test.slice(folder.length + 1), found])
      .filter(([test]) => !failed.has(test)),
  )
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
    `--testTimeout=${longestTest}`,
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
