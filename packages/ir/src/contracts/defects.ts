import { QError } from '../errors.ts'
import { nearestFirst, suggest } from '../suggest.ts'

/** Members by name, of what is looked at. */
export type Fields = Readonly<Record<string, unknown>>

/** Whether a value has members. */
export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Members that nothing reads and somebody may count on, in words: misspelled ones, and passes. Others are notes of the author.
 *
 * @param place where they stand, with a dot
 */
export function strangers(fields: Fields, known: Readonly<Record<string, true>>, place: string): readonly string[] {
  const names = Object.keys(known)
  return Object.keys(fields)
    .filter((name) => !Object.hasOwn(known, name) && fields[name] !== undefined)
    .filter((name) => suggest(name, names).length > 0 || isPassList(fields[name]))
    .map((name) => unknown(`${place}${name}`, name, names, 'members'))
}

function isPassList(value: unknown): boolean {
  return Array.isArray(value) && value.some((each) => isObject(each) && typeof each['run'] === 'function')
}

/** A value in a word or two. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' || typeof value === 'function' ? `of type ${typeof value}` : JSON.stringify(value)
}

/** What is not there or of another kind, in words. */
export function missing(place: string, wanted: string, found: unknown): string {
  return found === undefined ? `${place} is missing: ${wanted}` : `${place} is ${describe(found)}: wanted ${wanted}`
}

/** A word that is none of those known, in words, with the nearest. @param kind what the words are, plural */
export function unknown(place: string, found: unknown, known: readonly string[], kind: string): string {
  const near = suggest(String(found), known)
  const instead = near.length > 0 ? `perhaps ${near.join(' or ')}` : `${kind} are ${nearestFirst(String(found), known).join(', ')}`
  return `${place}: ${describe(found)} is not known; ${instead}`
}

/** The error of a back end that cannot be used. @param place where it came from */
export function backendInvalid(defects: readonly string[], place: string): QError {
  return new QError('BACKEND_INVALID', `${place} gives no back end that could be used`, {
    at: [place],
    found: defects.join('; '),
    wanted: 'name, target, lower and emit as docs/write-a-backend.md describes them',
    hint: 'correct what is named here; backendConformance of @q/ir/conformance examines the rest',
    kind: 'usage',
  })
}
