/** What kind of trouble an error is; the command line turns it into an exit code. */
export type ErrorKind =
  /** The command, option or argument is wrong. */
  | 'usage'
  /** A file, model, table or sample cannot be used as it is. */
  | 'input'
  /** The file system refused: missing folder, no permission, disk full. */
  | 'file-system'
  /** The model is not right: a comparison missed its tolerance, or a number is not finite or has no code. */
  | 'tolerance'
  /** A search ended without reaching what was asked. */
  | 'target'
  /** The user stopped the work. */
  | 'interrupted'

/** The parts of an error beside its code and message. */
export interface QErrorDetails {
  /** Where: file, line, layer, operand; from the outside in. */
  readonly at?: readonly string[]
  /** What was found there. */
  readonly found?: string
  /** What was wanted instead. */
  readonly wanted?: string
  /** What the reader can do about it. */
  readonly hint?: string
  /** @default 'input' */
  readonly kind?: ErrorKind
  readonly cause?: unknown
}

/**
 * The one shape of every error a caller can mend.
 *
 * Match on `code` (plain data crosses package borders, so `instanceof` may lie when two copies of
 * `@q/ir` are installed; {@link isQError} looks at the shape). Bugs are not `QError`s.
 */
export class QError<Code extends string = string> extends Error {
  readonly code: Code
  readonly kind: ErrorKind
  readonly at: readonly string[]
  readonly found: string | undefined
  readonly wanted: string | undefined
  readonly hint: string | undefined

  constructor(code: Code, message: string, details: QErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'QError'
    this.code = code
    this.kind = details.kind ?? 'input'
    this.at = details.at ?? []
    this.found = details.found
    this.wanted = details.wanted
    this.hint = details.hint
  }
}

/** The same error, said of another place, with the first as its cause. @param message in the place of the error's own @param hint likewise */
export function errorAt(error: QError, at: readonly string[], message = error.message, hint = error.hint): QError {
  const { code, kind, found, wanted } = error
  return new QError(code, message, {
    at,
    kind,
    cause: error,
    ...(found === undefined ? {} : { found }),
    ...(wanted === undefined ? {} : { wanted }),
    ...(hint === undefined ? {} : { hint }),
  })
}

/** Whether `error` has the shape of a {@link QError}, whichever copy of this package made it. */
export function isQError(error: unknown): error is QError {
  return error instanceof Error && typeof (error as QError).code === 'string' && Array.isArray((error as QError).at)
}

/** The error as the lines a person reads: code and message, place, found, wanted, what to do. */
export function formatError(error: QError): string {
  const lines = [`${error.code}: ${error.message}`]
  if (error.at.length > 0) lines.push(`  at:     ${error.at.join(' > ')}`)
  if (error.found !== undefined) lines.push(`  found:  ${error.found}`)
  if (error.wanted !== undefined) lines.push(`  wanted: ${error.wanted}`)
  if (error.hint !== undefined) lines.push(`  do:     ${error.hint}`)
  return lines.join('\n')
}

/** What a user should know although the work goes on. */
export interface Diagnostic {
  readonly level: 'note' | 'warning'
  readonly code: string
  readonly message: string
  readonly at: readonly string[]
}
