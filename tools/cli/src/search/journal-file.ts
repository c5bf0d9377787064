import { appendFileSync, closeSync, constants, lstatSync, openSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Calibration } from '@q/calib'
import { type Journal, openSealedLine, sealLine } from '@q/mixprec'
import type { Context } from '../context.ts'
import { hiddenBeside } from '../files/hidden-file.ts'
import type { KeptCalibrations } from '../pipeline/calibrate-model.ts'
import { takeLock } from './journal-lock.ts'

/** What an interrupted search has found out, in a hidden file beside its output. */
export interface JournalFile {
  readonly path: string
  readonly journal: Journal
  readonly calibrations: KeptCalibrations
  /** How many losses it tells, of whatever search. */
  readonly answers: number
  /** Lets go of the file; the next run of the same search goes on from there. */
  close(): void
  /** Removes it: the output is written. */
  finished(): void
}

/**
 * The journal of the search whose output is a file. Every line is in the file when `append` returns, so a process that is killed loses none.
 * Lines that were torn or damaged are told, and left alone. A search beside another one with the same output reads its journal only; one whose journal cannot
 * be written goes on without it.
 *
 * @param write puts text behind what a file holds
 */
export function openJournal(output: string, { reporter }: Pick<Context, 'reporter'>, write: AppendText = appendFileSync): JournalFile {
  const path = hiddenBeside(output, 'journal')
  const { writer, unkept } = openWriter(path, write)
  const tellUnkept = (reason: string): void =>
    reporter.note(`note: ${reason}: what this search finds out is not kept, and it starts again when it is interrupted`)
  if (unkept !== undefined) tellUnkept(unkept)
  const text = readIfPlain(path)
  const lines = text === '' ? [] : text.split('\n')
  const written = lines.filter((line) => line !== '')
  const whole = written.filter((line) => openSealedLine(line) !== undefined)
  const damaged = written.length - whole.length
  if (damaged > 0) {
    reporter.event('journal_damaged', { journal: path, damaged, lines: written.length })
    reporter.note(`note: ${damaged} of ${written.length} lines of ${path} are torn or damaged: what they told is found out again`)
  }
  const append = (line: string): void => {
    const reason = writer?.append(line)
    if (reason !== undefined) tellUnkept(reason)
  }
  let isTorn = (lines.at(-1) ?? '') !== ''
  return {
    path,
    journal: { lines, append },
    answers: whole.filter((line) => line.startsWith('{"scope":')).length,
    calibrations: {
      read: (key) => lines.map((line) => keptIn(line, key)).find((kept) => kept !== undefined),
      write(key, calibrations) {
        // What was torn stays a line of its own.
        if (isTorn) append('')
        isTorn = false
        append(sealLine(JSON.stringify({ calibrated: key, calibrations: calibrations.map(packed) })))
      },
    },
    close: () => writer?.close(),
    finished: () => writer?.remove(),
  }
}

/** Puts text behind what a file holds. */
type AppendText = (file: number, text: string) => void

/** Writes a journal that is this search's alone. */
interface JournalWriter {
  /** @returns why this line and those behind it are not kept, once */
  append(line: string): string | undefined
  close(): void
  remove(): void
}

function openWriter(path: string, write: AppendText): { readonly writer?: JournalWriter; readonly unkept?: string } {
  let release: (() => void) | undefined
  try {
    release = takeLock(`${resolve(path)}.lock`)
  } catch (error) {
    return { unkept: unwritable(path, error) }
  }
  if (release === undefined) return { unkept: `another search with this output is running, whose journal is ${path}` }
  let file: number | undefined
  let hasFailed = false
  const close = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
    release?.()
    release = undefined
  }
  return {
    writer: {
      append(line) {
        if (hasFailed) return undefined
        try {
          file ??= openPlain(path)
          write(file, `${line}\n`)
          return undefined
        } catch (error) {
          hasFailed = true
          return unwritable(path, error)
        }
      },
      close,
      remove() {
        // It was let go before the outputs were written; a search that took it since then removes it.
        release ??= takeLock(`${resolve(path)}.lock`)
        try {
          if (release !== undefined && isPlainOrNone(path)) rmSync(path, { force: true })
        } catch {
          // The output is written: what is left costs the next search a look at it.
        }
        close()
      },
    },
  }
}

const unwritable = (path: string, error: unknown): string => `the journal ${path} cannot be written (${(error as Error).message})`

/** Opened once: what takes its place later is not looked at for every line. @throws Error */
function openPlain(path: string): number {
  if (!isPlainOrNone(path)) throw new Error('it is no plain file')
  // Windows has no such flag.
  const noLink: number = constants.O_NOFOLLOW ?? 0
  return openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noLink, 0o666)
}

/** What a link leads to is a file of the user's. */
const isPlainOrNone = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true

function readIfPlain(path: string): string {
  try {
    return isPlainOrNone(path) ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}

const packed = ({ entries, untuned, ...rest }: Calibration) => ({ ...rest, entries: [...entries], untuned: [...untuned] })

/** The calibrations of a line, when it is one of them and of this key. */
function keptIn(line: string, key: string): readonly Calibration[] | undefined {
  if (!line.startsWith('{"calibrated":')) return undefined
  const object = openSealedLine(line)
  if (object === undefined) return undefined
  try {
    const found = JSON.parse(object) as { readonly calibrated: string; readonly calibrations: readonly ReturnType<typeof packed>[] }
    if (found.calibrated !== key) return undefined
    return found.calibrations.map(({ entries, untuned, ...rest }) => ({ ...rest, entries: new Map(entries), untuned: new Map(untuned) }))
  } catch {
    return undefined
  }
}
