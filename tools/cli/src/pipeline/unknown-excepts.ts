import { suggest } from '@q/ir'
import type { Reporter } from '../console/reporter.ts'

/**
 * Says which names of `--excepts` no tensor has: a misspelt one leaves nothing out, and patterns are not read.
 *
 * @param sides the tensors of both sides
 */
export function noteUnknownExcepts(
  excepts: readonly string[],
  sides: readonly Pick<ReadonlyMap<string, unknown>, 'has' | 'keys'>[],
  { note }: Pick<Reporter, 'note'>,
): void {
  const unknown = excepts.filter((name) => !sides.some((side) => side.has(name)))
  if (unknown.length === 0) return
  const known = new Set(sides.flatMap((side) => [...side.keys()]))
  const listed = unknown.map((name) => {
    const near = suggest(name, known, 2)
    return near.length === 0 ? name : `${name} (did you mean ${near.join(' or ')}?)`
  })
  note(`warning: --excepts leaves out whole names, and no tensor is called ${listed.join(', ')}`)
}
