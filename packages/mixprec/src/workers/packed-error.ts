import { isQError, QError } from '@q/ir'
import type { PackedError } from './protocol.ts'

/** An error as plain data. */
export function packError(error: unknown): PackedError {
  if (!isQError(error)) return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  const { message, code, kind, at, found, wanted, hint } = error
  return { message, code, kind, at, found, wanted, hint }
}

/** The error again: a `QError` where it was one. */
export function unpackError({ message, code, kind, at, found, wanted, hint }: PackedError): Error {
  if (code === undefined) return new Error(message)
  return new QError(code, message, {
    ...(kind === undefined ? {} : { kind }),
    ...(at === undefined ? {} : { at }),
    ...(found === undefined ? {} : { found }),
    ...(wanted === undefined ? {} : { wanted }),
    ...(hint === undefined ? {} : { hint }),
  })
}
