import type { Backend, BackendFactory } from '@q/ir'
import { emitPortable } from './emit.ts'
import { lowerings } from './lower/lowerings.ts'
import { rewrites } from './rewrite/rewrites.ts'
import { simplifications } from './simplify/simplifications.ts'
import { target } from './target.ts'

/** The back end for BM1684X. */
export const bm1684x: BackendFactory = (): Backend => ({
  name: 'bm1684x',
  target,
  lower: lowerings,
  rewrite: rewrites,
  simplify: simplifications,
  emit: emitPortable,
})
