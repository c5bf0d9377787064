import { bm1684x } from '@q/backend-bm1684x'
import type { Backend } from '@q/ir'

import { describe, expect, it } from 'vitest'
import { nova } from '../../examples/custom-backend/src/nova.ts'
import { dice } from './dice.ts'
import { faultOf, type Session } from './kept-session.ts'
import { manyModes } from './many-modes.ts'
import { type Asked, askAtRandom } from './random-session.ts'
import { reproduction, smallest } from './smaller-session.ts'

/**
 * A resolver that has answered other questions answers as one that has not, and knows what has changed between two answers: random networks of all operators that a chip declares, random plans and ranges that
 * change, go back and forth and are refused in between. `KEPT_RESULTS_SESSIONS` (of about twenty turns) and `KEPT_RESULTS_SEED` make the run longer or another one.
 */

const sessions = Number(process.env.KEPT_RESULTS_SESSIONS ?? 12)
const firstSeed = Number(process.env.KEPT_RESULTS_SEED ?? 1)

/** A chip with all that a chip may declare: its codes can have zero points. */
function withZeroPoints(backend: Backend): Backend {
  const { INT8 } = backend.target.schemes
  if (INT8?.kind !== 'integer') throw new Error('no codes')
  const asymmetricSchemes = { INT8: { ...INT8, activations: { ...INT8.activations, zeroPoint: 'by-range' as const } } }
  return { ...backend, target: { ...backend.target, asymmetricSchemes } }
}

function mismatch({ session, kept, fresh }: Asked, at: number, turns: Session['turns']): string | undefined {
  if (faultOf(kept, at, fresh[at]!) === undefined) return undefined
  return reproduction(smallest({ session: { ...session, turns }, at }))
}

describe.each([
  ['bm1684x', bm1684x()],
  ['bm1684x with zero points', withZeroPoints(bm1684x())],
  ['nova', nova()],
  ['a chip of many modes', manyModes('by-range')],
  ['a chip of many modes that rescales by width', manyModes('by-width')],
])('kept results of %s', (_, backend) => {
  it('are those of a resolver that has seen nothing', () => {
    for (let seed = firstSeed; seed < firstSeed + sessions; seed++) {
      const found: string[] = []
      const look = (asked: Asked, at: number): void => {
        const text = found.length > 0 ? undefined : mismatch(asked, at, asked.session.turns.slice(0, at + 1))
        if (text !== undefined) found.push(text)
      }
      const asked = askAtRandom(backend, dice(seed), look)
      for (let at = 0; at < asked.session.turns.length; at++) {
        const text = found.length > 0 ? undefined : mismatch(asked, at, asked.session.turns)
        if (text !== undefined) found.push(text)
      }
      expect(found, `seed ${seed}`).toEqual([])
    }
  })
})
