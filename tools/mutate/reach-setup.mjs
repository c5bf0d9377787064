import { appendFileSync } from 'node:fs'
import { afterAll, beforeAll, expect } from 'vitest'

// Runs at the start of every test file, before it imports anything: notes the processor seconds and which marked functions are entered,
// those entered by an import apart: another test file of the same process does not import once more.
const places = new Set()
const atImport = new Set()
let entered = atImport
const begin = process.cpuUsage()
globalThis.qMark = (place) => entered.add(place)

beforeAll(() => {
  entered = places
})

afterAll(() => {
  const test = expect.getState().testPath
  const { user, system } = process.cpuUsage(begin)
  const found = { test, seconds: (user + system) / 1e6, places: [...places], atImport: [...atImport] }
  appendFileSync(process.env.Q_REACHED, `${JSON.stringify(found)}\n`)
})
