import { QError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'

/** Names by which something is known: a set, or a map. */
type Names = Pick<ReadonlyMap<string, unknown>, 'has' | 'keys'>

const mostShown = 10

/**
 * Refuses names that nothing has.
 *
 * @param what names them, for the message
 * @throws QError `LAYER_UNKNOWN` with ten of them at most
 */
export function checkNames(what: string, names: Iterable<string>, known: Names): void {
  const unknown: string[] = []
  for (const name of names) if (!known.has(name)) unknown.push(name)
  if (unknown.length === 0) return
  throw new QError('LAYER_UNKNOWN', `${what} a layer that the graph does not have: ${unknown[0]}`, {
    at: unknown.slice(0, mostShown),
    found: `${unknown.length} unknown name${unknown.length === 1 ? '' : 's'}`,
    wanted: 'names of layers of this graph',
    hint: didYouMean(unknown[0]!, known.keys(), 'take the names from the graph'),
  })
}
