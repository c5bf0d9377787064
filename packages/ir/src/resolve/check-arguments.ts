import { describe, isObject } from '../contracts/defects.ts'
import { QError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import type { ResolveOptions } from './resolver.ts'

const optionTypes: Readonly<Record<keyof ResolveOptions, 'string' | 'boolean'>> = {
  mode: 'string',
  asymmetric: 'boolean',
  highPrecision: 'boolean',
}

/**
 * Refuses what no resolver can be made of. JavaScript has no types that would.
 *
 * @throws QError `RESOLVE_ARGUMENT` for a graph, a table, a back end or settings that are none, and for settings that nothing reads
 */
export function checkResolverArguments(graph: unknown, table: unknown, backend: unknown, options: unknown): void {
  if (!isObject(graph) || !isMap(graph['values']) || !Array.isArray(graph['nodes'])) {
    throw refused('graph', describe(graph), 'a Graph', 'read one, or write it with parseGraph')
  }
  if (table !== undefined && !isMap(table)) {
    const isWhole = isObject(table) && isMap(table['entries'])
    throw refused(
      'table',
      isWhole ? 'a whole calibration table' : describe(table),
      'a Map from layer to row, or undefined',
      isWhole ? 'give table.entries' : 'give the entries of a calibration table',
    )
  }
  if (!isObject(backend) || !isObject(backend['target']) || !isObject(backend['target']['schemes']) || !isObject(backend['lower'])) {
    throw refused(
      'backend',
      typeof backend === 'function' ? 'a function' : describe(backend),
      'a Backend: name, target, lower, emit',
      typeof backend === 'function' ? 'call the factory: give what it returns' : 'see docs/write-a-backend.md',
    )
  }
  if (!isObject(options)) throw refused('options', describe(options), '{ mode, asymmetric?, highPrecision? }', 'say at least the mode')
  for (const [name, value] of Object.entries(options)) {
    const wanted = Object.hasOwn(optionTypes, name) ? optionTypes[name as keyof ResolveOptions] : undefined
    const known = Object.keys(optionTypes)
    if (wanted === undefined) throw refused(`options.${name}`, name, known.join(', '), didYouMean(name, known, 'leave it out'))
    if (value !== undefined && typeof value !== wanted) throw refused(`options.${name}`, describe(value), `a ${wanted}`, 'correct it')
  }
  if (options['mode'] === undefined) throw refused('options.mode', 'nothing', 'a mode of the target', 'say the mode of the whole graph')
}

/** Refuses a plan, or ranges, that is no Map. @throws QError `RESOLVE_ARGUMENT` */
export function checkMap(place: 'plan' | 'ranges', value: unknown): void {
  if (isMap(value)) return
  const hint = isObject(value) && isMap(value['entries']) ? `give ${place}.entries` : 'make one: new Map(Object.entries(…))'
  throw refused(place, describe(value), place === 'plan' ? 'a Map from layer to mode' : 'a Map from layer to row', hint)
}

const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> =>
  isObject(value) && typeof value['get'] === 'function' && typeof value['has'] === 'function' && typeof value['keys'] === 'function'

function refused(place: string, found: string, wanted: string, hint: string): QError {
  // Callers of a library see the message alone, where a program that prints errors has the other parts too.
  return new QError('RESOLVE_ARGUMENT', `a resolver cannot work with ${place}: found ${found}, wanted ${wanted}; ${hint}`, {
    at: [place],
    found,
    wanted,
    hint,
    kind: 'usage',
  })
}
