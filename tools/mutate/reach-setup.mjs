import { appendFileSync } from 'node:fs'
import { afterAll, expect } from 'vitest'

// Runs at the start of every test file, before it imports anything: notes which marked functions are entered.
const places = new Set()
const begin = performance.now()
globalThis.qMark = (place) => places.add(place)

afterAll(() => {
  const test = expect.getState().testPath
  appendFileSync(process.env.Q_REACHED, `${JSON.stringify({ test, milliseconds: performance.now() - begin, places: [...places] })}\n`)
})
