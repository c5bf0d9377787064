import { QError } from '@q/ir'

/** Codes of the errors a text can cause. */
export type MlirTextCode =
  | 'MLIR_NOT_MLIR'
  | 'MLIR_SYNTAX'
  | 'MLIR_TRUNCATED'
  | 'MLIR_UNSUPPORTED'
  | 'MLIR_DUPLICATE'
  | 'MLIR_UNDEFINED'
  | 'MLIR_TYPE_MISMATCH'

/** A place in a text that moves forward while the text is read. */
export interface Cursor {
  readonly text: string
  readonly file: string | undefined
  at: number
  /** Line of `at`, from 1; kept by {@link skipBlanks}, the only function that passes line ends. */
  line: number
  /** How many brackets enclose the place, to refuse nesting that would exhaust the stack. */
  depth: number
}

export function openCursor(text: string, file: string | undefined): Cursor {
  return { text, file, at: text.charCodeAt(0) === 0xfeff ? 1 : 0, line: 1, depth: 0 }
}

/** Passes blanks, line ends and `//` comments. */
export function skipBlanks(cursor: Cursor): void {
  const { text } = cursor
  for (;;) {
    const code = text.charCodeAt(cursor.at)
    if (code === 0x20 || code === 0x09 || code === 0x0d) cursor.at++
    else if (code === 0x0a) {
      cursor.at++
      cursor.line++
    } else if (code === 0x2f && text.charCodeAt(cursor.at + 1) === 0x2f) {
      const end = text.indexOf('\n', cursor.at)
      cursor.at = end === -1 ? text.length : end
    } else return
  }
}

/** Whether the text goes on with `word`, after blanks. */
export function peek(cursor: Cursor, word: string): boolean {
  skipBlanks(cursor)
  return cursor.text.startsWith(word, cursor.at)
}

/** Passes `word` if the text goes on with it; tells whether it did. */
export function accept(cursor: Cursor, word: string): boolean {
  if (!peek(cursor, word)) return false
  cursor.at += word.length
  return true
}

/** Passes `word`, or throws. */
export function expect(cursor: Cursor, word: string, where: string): void {
  if (!accept(cursor, word)) throw unexpected(cursor, `'${word}' ${where}`)
}

/** Passes what a sticky pattern matches and returns it; `undefined` when it does not match here. */
export function acceptPattern(cursor: Cursor, pattern: RegExp): string | undefined {
  skipBlanks(cursor)
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)?.[0]
  if (found !== undefined) cursor.at += found.length
  return found
}

/** As {@link acceptPattern}, but throws when nothing matches. */
export function expectPattern(cursor: Cursor, pattern: RegExp, wanted: string): string {
  return acceptPattern(cursor, pattern) ?? raise(unexpected(cursor, wanted))
}

/** `read` with one more level of nesting; 100 levels are refused. */
export function nested<T>(cursor: Cursor, read: () => T): T {
  if (cursor.depth >= 100) {
    throw textError(cursor, 'MLIR_SYNTAX', 'brackets are nested more than 100 deep', { found: 'one more level', wanted: 'fewer' })
  }
  cursor.depth++
  const result = read()
  cursor.depth--
  return result
}

/** What stands at the cursor, short enough for a message. */
export function glimpse(cursor: Cursor): string {
  const { text, at } = cursor
  if (at >= text.length) return 'the end of the file'
  if (text[at] === '\n' || text[at] === '\r') return 'the end of the line'
  const rest = text.slice(at, at + 40).split('\n', 1)[0]!
  const word = /^(?:[\w.$%#@!-]+|"[^"]*"|.)/u.exec(rest)?.[0] ?? rest
  return JSON.stringify(word)
}

/** The error for anything but what was wanted; at the end of the text it says that the file is cut. */
export function unexpected(cursor: Cursor, wanted: string, hint?: string): QError<MlirTextCode> {
  skipBlanks(cursor)
  if (cursor.at >= cursor.text.length) {
    return textError(cursor, 'MLIR_TRUNCATED', `the text ends where ${wanted} is due`, {
      found: 'the end of the file',
      wanted,
      hint: 'the file was cut short; copy or write it again',
    })
  }
  return textError(cursor, 'MLIR_SYNTAX', `${glimpse(cursor)} stands where ${wanted} is due`, {
    found: glimpse(cursor),
    wanted,
    hint: hint ?? 'correct this line, or write the file again with the tool that made it',
  })
}

/** A located error at the cursor, or at `offset`. */
export function textError(
  cursor: Cursor,
  code: MlirTextCode,
  message: string,
  details: { readonly found?: string; readonly wanted?: string; readonly hint?: string },
  offset = cursor.at,
): QError<MlirTextCode> {
  const before = cursor.text.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - (before.lastIndexOf('\n') + 1) + 1
  const place = `line ${line}, column ${column}`
  return new QError(code, message, { at: cursor.file === undefined ? [place] : [cursor.file, place], ...details })
}

/** Throws where an expression is wanted. */
export function raise(error: Error): never {
  throw error
}
