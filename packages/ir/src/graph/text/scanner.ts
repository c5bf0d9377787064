import { QError } from '../../errors.ts'

/** Reads a text from left to right; every failure names line and column. */
export interface Scanner {
  /** Takes `text` when it stands here. */
  take(text: string): boolean
  /** Takes `text`. @throws QError `GRAPH_TEXT` when something else stands here */
  expect(text: string): void
  /** Takes a word that matches `pattern`, which must be sticky. */
  match(pattern: RegExp): string | undefined
  /** Skips line breaks, semicolons and comments (`#` to the end of the line). @returns false at the end of the text */
  nextStatement(): boolean
  /** Whether the statement ends here. */
  atEnd(): boolean
  fail(wanted: string): never
}

/** Starts at the beginning of `text`. */
export function scannerOf(text: string): Scanner {
  let place = 0
  const skip = (pattern: RegExp): void => {
    pattern.lastIndex = place
    place += pattern.exec(text)?.[0].length ?? 0
  }
  const fail = (wanted: string): never => {
    const before = text.slice(0, place).split('\n')
    const rest = text.slice(place).split('\n')[0]!.slice(0, 30)
    throw new QError('GRAPH_TEXT', 'the text of the graph cannot be read', {
      at: [`line ${before.length}, column ${before.at(-1)!.length + 1}`],
      found: rest === '' ? 'the end of the line' : rest,
      wanted,
      hint: 'correct this line; printGraph writes what can be read',
    })
  }
  const scanner: Scanner = {
    take(wanted) {
      skip(/[ \t]*/y)
      if (!text.startsWith(wanted, place)) return false
      place += wanted.length
      return true
    },
    expect(wanted) {
      if (!scanner.take(wanted)) fail(wanted)
    },
    match(pattern) {
      skip(/[ \t]*/y)
      pattern.lastIndex = place
      const found = pattern.exec(text)?.[0]
      place += found?.length ?? 0
      return found
    },
    nextStatement() {
      skip(/(?:[\s;]|#[^\n]*)*/y)
      return place < text.length
    },
    atEnd() {
      skip(/[ \t]*/y)
      return place >= text.length || ';\n\r#'.includes(text[place]!)
    },
    fail,
  }
  return scanner
}
