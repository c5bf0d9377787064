import { isQError, QError } from '@q/ir'
import { exitCodes } from '../exit-codes.ts'
import type { ForeignCode } from './module-kind.ts'

/** What is being done with code of the user's. */
export interface ForeignCall extends ForeignCode {
  /** What it is asked for: `lower Conv`. */
  readonly stage: string
  /** What it is busy with: layers, files. @default nothing of its own */
  readonly at?: readonly string[]
}

/** Longest text of a foreign error that is shown. */
const longestMessage = 600

/** Runs foreign code; what it throws becomes one error that names module and stage. @throws QError what it throws itself, or the kind's `failed` */
export function runForeign<Result>(call: ForeignCall, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw foreignError(call, error)
  }
}

/** As {@link runForeign}, for work that is waited for: one that would never end is ended when nothing is left that could go on with it. */
export async function waitForeign<Result>(call: ForeignCall, work: () => Result | Promise<Result>): Promise<Result> {
  let stalled = (): void => {}
  const never = new Promise<never>((_, reject) => {
    stalled = () => reject(new Error('it waits for a promise that is never settled'))
  })
  process.once('beforeExit', stalled)
  try {
    return await Promise.race([work(), never])
  } catch (error) {
    throw foreignError(call, error)
  } finally {
    process.off('beforeExit', stalled)
  }
}

/** An error of foreign code: as it is when it says what to do, else the kind's `failed` with module and stage. */
export function foreignError({ kind, word, name = `of ${word}`, stage, at = [] }: ForeignCall, error: unknown): QError {
  const said = saidItself(error)
  if (said !== undefined) return said
  return new QError(kind.errors.failed, `the ${kind.noun} ${name} failed in ${stage}`, {
    at: [word, stage, ...at],
    found: messageOf(error),
    wanted: 'a result',
    hint: 'correct the module, or ask its author; Q_DEBUG=1 shows where',
    cause: error,
  })
}

/** A foreign error that has the shape of ours, made sure to hold only what can be printed; nothing for others. */
export function saidItself(error: unknown): QError | undefined {
  try {
    if (!isQError(error)) return undefined
    const { code, at, kind, found, wanted, hint, cause = error } = error
    return new QError(String(code), messageOf(error), {
      at: at.map(String),
      kind: kind in exitCodes ? kind : 'input',
      ...(found === undefined ? {} : { found: String(found) }),
      ...(wanted === undefined ? {} : { wanted: String(wanted) }),
      ...(hint === undefined ? {} : { hint: String(hint) }),
      cause,
    })
  } catch {
    return undefined
  }
}

/** What a thrown value says, whatever it is: reading it may throw as well. */
export function messageOf(error: unknown): string {
  try {
    const text = error instanceof Error ? String(error.message) : String(error)
    const shown = text.trim() === '' ? 'an error without words' : text
    return shown.length > longestMessage ? `${shown.slice(0, longestMessage)}…` : shown
  } catch {
    return 'an error that cannot be read'
  }
}
