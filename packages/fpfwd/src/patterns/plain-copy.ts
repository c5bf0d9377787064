import { invalid } from './check-parts.ts'

/** How deep members lie in each other in a copy, how many values there are in all, and how many characters. */
const most = { depth: 40, values: 50_000, characters: 2_000_000 } as const

/**
 * A copy of what a module or a file made, of plain members: what is checked is what is used, whatever getters give later. Parts that are
 * shared count as often as they are named; what lies deeper than any description is left out.
 *
 * @throws QError `PATTERN_INVALID` for what is too large or cannot be read
 */
export function plainCopy(value: unknown, place: string): unknown {
  let values = 0
  let characters = 0
  const copyOf = (each: unknown, at: readonly string[]): unknown => {
    values++
    if (typeof each === 'string') characters += each.length
    if (values > most.values || characters > most.characters) throw tooLarge(at)
    if (typeof each !== 'object' || each === null || at.length > most.depth) return each
    const members = membersOf(each, at)
    if (!Array.isArray(members)) {
      return Object.fromEntries(
        Object.entries(members).map(([name, member]) => {
          characters += name.length
          return [name, copyOf(member, [...at, name])]
        }),
      )
    }
    if (members.length > most.values) throw tooLarge(at)
    return Array.from(members, (member, i) => copyOf(member, [...at, `[${i}]`]))
  }
  return copyOf(value, [place])
}

/** The members of a value, read once. */
function membersOf(value: object, at: readonly string[]): readonly unknown[] | Readonly<Record<string, unknown>> {
  try {
    return Array.isArray(value) ? (value.length > most.values ? value : value.slice()) : { ...value }
  } catch (error) {
    throw invalid(at, {
      found: `reading it throws: ${error instanceof Error ? error.message : String(error)}`,
      wanted: 'members that can be read',
      hint: 'give it plain members, without getters that throw',
    })
  }
}

const tooLarge = ([place = '']: readonly string[]) =>
  invalid([place], {
    found: `more than ${most.values} values or ${most.characters} characters, those of shared parts each time that they are named`,
    wanted: 'a description of a few nodes, signs and rules',
    hint: 'describe less, or fewer families; put signs into one list and',
  })
