import { didYouMean, QError } from '@q/ir'

/** Checks a part of a description. @throws QError `PATTERN_INVALID` */
export type Check = (value: unknown, at: readonly string[]) => void

/** The error of a part that is wrong. */
export function invalid(
  at: readonly string[],
  { found, wanted, hint }: { readonly found: string; readonly wanted: string; readonly hint: string },
): QError {
  return new QError('PATTERN_INVALID', 'a pattern is not described as patterns are', {
    at: at.map(shortened),
    found: shortened(found),
    wanted: shortened(wanted),
    hint: shortened(hint),
    kind: 'usage',
  })
}

const longest = 400
const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text)

/** A text that is not empty. */
export const textOf: Check = (value, at) => {
  if (typeof value !== 'string' || value.trim() === '')
    throw invalid(at, { found: shown(value), wanted: 'a text', hint: 'put it in quotes' })
}

/** One line of text that can be seen as it is. */
export const lineOf: Check = (value, at) => {
  textOf(value, at)
  const text = value as string
  if (text !== text.trim() || text.length > 80 || /[\p{C}\p{Zl}\p{Zp}]/u.test(text))
    throw invalid(at, {
      found: JSON.stringify(text.slice(0, 80)),
      wanted: 'one line of at most 80 letters, digits and signs',
      hint: 'leave out line breaks and characters that do not show',
    })
}

/** true or false. */
export const flagOf: Check = (value, at) => {
  if (typeof value !== 'boolean') throw invalid(at, { found: shown(value), wanted: 'true or false', hint: 'leave it out for false' })
}

/** A whole number from 1 on. */
export const countOf: Check = (value, at) => {
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw invalid(at, { found: shown(value), wanted: 'a whole number from 1 on', hint: 'leave it out for the default' })
}

/** One of some words. */
export const oneOf =
  (...words: readonly string[]): Check =>
  (value, at) => {
    if (!words.includes(value as string))
      throw invalid(at, { found: shown(value), wanted: words.join(' or '), hint: didYouMean(String(value), words, `write ${words[0]}`) })
  }

/** A list. */
export const listOf =
  (check: Check, least = 0): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length < least)
      throw invalid(at, {
        found: shown(value),
        wanted: least === 0 ? 'a list' : 'a list that is not empty',
        hint: Array.isArray(value) ? 'describe at least one' : 'put it in square brackets',
      })
    value.forEach((each, i) => check(each, [...at.slice(0, -1), `${at.at(-1) ?? ''}[${i}]`]))
  }

/** An object with names of its own. */
export const recordOf =
  (check: Check): Check =>
  (value, at) => {
    for (const [name, each] of Object.entries(plain(value, at))) check(each, [...at, name])
  }

/** An object with these members. */
export const objectOf =
  (checks: Readonly<Record<string, Check>>, required: readonly string[]): Check =>
  (value, at) => {
    const members = plain(value, at)
    for (const name of Object.keys(members))
      if (!Object.hasOwn(checks, name))
        throw invalid([...at, name], {
          found: name,
          wanted: Object.keys(checks).join(', '),
          hint: didYouMean(name, Object.keys(checks), 'leave it out'),
        })
    for (const name of required)
      if (members[name] === undefined)
        throw invalid([...at, name], { found: 'nothing', wanted: `the member ${name}`, hint: 'docs/write-a-pattern.md has an example' })
    for (const [name, each] of Object.entries(members)) if (each !== undefined) checks[name]!(each, [...at, name])
  }

function plain(value: unknown, at: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw invalid(at, { found: shown(value), wanted: 'an object', hint: 'put it in curly brackets' })
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  try {
    return (typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))).slice(0, 80)
  } catch {
    return typeof value
  }
}
