import { didYouMean, QError } from '@q/ir'

/** What an option must be: the words for it, and whether a value is that. */
export interface OptionRule {
  readonly wanted: string
  readonly holds: (value: unknown) => boolean
}

/** A rule for every option of a search. */
export type OptionRules<Options> = { readonly [Name in keyof Required<Options>]: OptionRule }

/** A similarity. */
export const similarity: OptionRule = { wanted: 'a number from 0 to 1', holds: (x) => typeof x === 'number' && x >= 0 && x <= 1 }
/** A loss. */
export const loss: OptionRule = { wanted: 'a number', holds: (x) => typeof x === 'number' && !Number.isNaN(x) }
/** A number of layers, samples or rounds. */
export const count: OptionRule = { wanted: 'a whole number of 1 or more', holds: (x) => Number.isInteger(x) && (x as number) >= 1 }
/** Yes or no. */
export const flag: OptionRule = { wanted: 'true or false', holds: (x) => typeof x === 'boolean' }
/** A name that is printed. */
export const text: OptionRule = { wanted: 'a text', holds: (x) => typeof x === 'string' }
/** One of some words. */
export const oneOf = (...words: readonly string[]): OptionRule => ({
  wanted: `one of ${words.join(', ')}`,
  holds: (x) => typeof x === 'string' && words.includes(x),
})

/** A metric. */
export const metric: OptionRule = oneOf('cosine', 'noise', 'sqnr', 'worst-group')

/**
 * Refuses options that a search does not have or that cannot be used.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function checkOptions<Options extends object>(search: string, given: Options, rules: OptionRules<Options>): void {
  for (const [name, value] of Object.entries(given)) {
    const rule: OptionRule | undefined = Object.hasOwn(rules, name) ? rules[name as keyof Options] : undefined
    if (rule === undefined) {
      const known = Object.keys(rules)
      throw new QError('STRATEGY_OPTION', `${search} has no option ${name}`, {
        kind: 'usage',
        at: [search, name],
        found: name,
        wanted: `one of ${known.join(', ')}`,
        hint: didYouMean(name, known, 'leave it out'),
      })
    }
    if (value === undefined || rule.holds(value)) continue
    throw new QError('STRATEGY_OPTION', `the option ${name} of ${search} cannot be used`, {
      kind: 'usage',
      at: [search, name],
      found: String(value),
      wanted: rule.wanted,
      hint: 'correct it, or leave it out for its default',
    })
  }
}
