import { expect, it } from 'vitest'
import { collectGarbage } from './collect-garbage.ts'

it('what nobody holds any more is gone', async () => {
  const held = new WeakRef({ numbers: new Float32Array(1000) })
  // What a weak reference was asked for, or made of, stays until the turn of the loop is over.
  await new Promise((done) => setTimeout(done, 0))
  collectGarbage()
  expect(held.deref()).toBeUndefined()
})
