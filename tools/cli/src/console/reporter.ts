import type { Diagnostic, Progress, QError } from '@q/ir'

/** Everything a command says while it works. */
export interface Reporter {
  /** A line of the result, for standard output. */
  print(line: string): void
  /** A line about the work, for standard error. */
  note(line: string): void
  diagnostic(diagnostic: Diagnostic): void
  progress(progress: Progress): void
  /** A fact for programs: printed only by the JSON reporter. */
  event(name: string, fields: Readonly<Record<string, unknown>>): void
  error(error: QError): void
  /** Ends a running progress bar. */
  close(): void
}

/** Where a reporter writes. */
export interface Streams {
  readonly out: { write(text: string): unknown }
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean }
}
