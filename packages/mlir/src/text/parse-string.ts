import type { Cursor } from './cursor.ts'
import { peek, raise, textError, unexpected } from './cursor.ts'

/**
 * Reads a string in double quotes.
 *
 * MLIR's escapes are `\\`, `\"`, `\n`, `\t` and `\` with two hexadecimal digits, which stand for one
 * byte of UTF-8.
 */
export function parseString(cursor: Cursor, wanted: string): string {
  if (!peek(cursor, '"')) throw unexpected(cursor, wanted)
  const { text } = cursor
  const start = cursor.at + 1
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      cursor.at = at + 1
      return text.slice(start, at)
    }
    if (code === 0x5c) return parseEscaped(cursor, start)
    if (code === 0x0a) throw unclosed(cursor, start)
  }
  cursor.at = text.length
  throw unexpected(cursor, "the closing '\"' of a string")
}

function parseEscaped(cursor: Cursor, start: number): string {
  const { text } = cursor
  const bytes: number[] = []
  const encoder = new TextEncoder()
  let at = start
  while (at < text.length) {
    const char = text[at]!
    if (char === '"') {
      cursor.at = at + 1
      return new TextDecoder().decode(Uint8Array.from(bytes))
    }
    if (char === '\n') throw unclosed(cursor, start)
    if (char !== '\\') {
      const whole = String.fromCodePoint(text.codePointAt(at)!)
      bytes.push(...encoder.encode(whole))
      at += whole.length
      continue
    }
    const next = text[at + 1]
    const short = next === undefined ? undefined : shortEscapes[next]
    if (short !== undefined) {
      bytes.push(short)
      at += 2
      continue
    }
    const digits = text.slice(at + 1, at + 3)
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) {
      throw textError(
        cursor,
        'MLIR_SYNTAX',
        'a string holds an unknown escape',
        {
          found: JSON.stringify(text.slice(at, at + 3)),
          wanted: '\\\\, \\", \\n, \\t or \\ and two hexadecimal digits',
          hint: 'write a backslash itself as \\\\',
        },
        at,
      )
    }
    bytes.push(Number.parseInt(digits, 16))
    at += 3
  }
  cursor.at = text.length
  return raise(unexpected(cursor, "the closing '\"' of a string"))
}

const shortEscapes: Readonly<Record<string, number>> = { '\\': 0x5c, '"': 0x22, n: 0x0a, t: 0x09 }

function unclosed(cursor: Cursor, start: number) {
  return textError(
    cursor,
    'MLIR_SYNTAX',
    'a string is not closed on its line',
    {
      found: 'the end of the line',
      wanted: "the closing '\"'",
      hint: 'close the string',
    },
    start - 1,
  )
}
