import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createVitest } from 'vitest/node'
import { longestTest } from './reach.mjs'

// Runs tests of a copy of the tree in a process of its own, so that a mutant that never ends can be stopped from outside.
// Asked over IPC: { tests, change?: { path, text }, all? }; answers: { failures: { test, file }[], durations, skipped }.
// Stops at the first failure, unless all tests are asked for. Says that it is alive after every test.

const folder = process.argv[2]

/** Keeps the order in which the tests were asked for: the nearest first. */
class AskedOrder {
  shard(specifications) {
    return specifications
  }
  sort(specifications) {
    return [...specifications].sort((one, other) => order.get(one.moduleId) - order.get(other.moduleId))
  }
}

let order = new Map()

const vitest = await createVitest(
  'test',
  {
    root: folder,
    watch: false,
    isolate: false,
    maxWorkers: 1,
    bail: 1,
    testTimeout: longestTest,
    sequence: { sequencer: AskedOrder },
    reporters: [{ onTestCaseResult: () => process.send({ alive: true }), onTestModuleEnd: () => process.send({ alive: true }) }],
  },
  { cacheDir: join(folder, 'node_modules/.vite') },
)
await vitest.standalone()

const project = vitest.getRootProject()

async function run({ tests, change, all }) {
  const path = change && join(folder, change.path)
  const original = change && readFileSync(path, 'utf8')
  order = new Map(tests.map((test, index) => [join(folder, test), index]))
  project.config.bail = all ? 0 : 1
  vitest.config.bail = all ? 0 : 1
  if (change) {
    writeFileSync(path, change.text)
    vitest.invalidateFile(path)
  }
  // What a session remembers of former runs must not count as a failure of this one.
  vitest.state.filesMap.clear()
  vitest.state.idMap.clear()
  vitest.state.clearErrors()
  try {
    const specifications = tests.map((test) => project.createSpecification(join(folder, test)))
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications, false)
    const failures = testModules.filter((one) => one.state() === 'failed').map(failureOf)
    if (failures.length === 0 && unhandledErrors.length > 0)
      failures.push({ file: 'an unhandled error', test: String(unhandledErrors[0]?.message) })
    return {
      failures,
      durations: Object.fromEntries(testModules.map((one) => [one.relativeModuleId, one.diagnostic().duration])),
      skipped: testModules.filter((one) => one.state() === 'skipped').map((one) => one.relativeModuleId),
    }
  } finally {
    if (change) {
      writeFileSync(path, original)
      vitest.invalidateFile(path)
    }
  }
}

function failureOf(module) {
  const [test] = module.children.allTests('failed')
  return { file: module.relativeModuleId, test: test?.fullName ?? module.errors()[0]?.message ?? 'a suite of the file' }
}

process.on('message', async (question) => process.send(await run(question).catch((error) => ({ broke: String(error.stack ?? error) }))))
process.send({ ready: true })
