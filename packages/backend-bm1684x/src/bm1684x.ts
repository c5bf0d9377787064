import { type Backend, type BackendFactory, QError } from '@q/ir'
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
  emit() {
    throw new QError('EMIT_UNSUPPORTED', 'this back end writes no files yet')
  },
})
