import type { ObservedRange } from '../contracts/observer.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { Target } from '../contracts/target.ts'
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

/**
 * Refuses entries of plans and rows of tables that are none, whatever layer they are for and whether anything reads them.
 *
 * @throws QError `MODE_UNSUPPORTED` for a mode that is no word, `RANGE_INVALID` for a row without its three numbers
 */
export function checkEntries(plan: Plan, ranges: ReadonlyMap<string, ObservedRange>, target: Target): void {
  for (const [layer, mode] of plan as ReadonlyMap<string, unknown>) {
    if (typeof mode === 'string') continue
    throw new QError('MODE_UNSUPPORTED', `the plan gives ${layer} no mode`, {
      at: [layer],
      found: JSON.stringify(mode) ?? 'nothing',
      wanted: Object.keys(target.schemes).join(', '),
      hint: 'give the layer one of these modes',
      kind: 'usage',
    })
  }
  for (const [layer, row] of ranges as ReadonlyMap<string, Partial<ObservedRange> | undefined>) {
    if ([row?.threshold, row?.min, row?.max].every((each) => typeof each === 'number')) continue
    throw new QError('RANGE_INVALID', `the layer ${layer} has no usable range`, {
      at: [layer],
      found: JSON.stringify(row) ?? 'nothing',
      wanted: 'threshold, min and max, three numbers',
      hint: 'calibrate again, or mend this row of the calibration table',
    })
  }
}
