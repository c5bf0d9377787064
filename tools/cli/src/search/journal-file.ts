import { appendFileSync, closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Calibration } from '@q/calib'
import { type Journal, openSealedLine, sealLine } from '@q/mixprec'
import type { Context } from '../context.ts'
import type { KeptCalibrations } from '../pipeline/calibrate-model.ts'

/** What an interrupted search has found out, in a hidden file beside its output. */
export interface JournalFile {
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
 * Lines that were torn or damaged are told, and left alone.
 */
export function openJournal(output: string, { reporter }: Pick<Context, 'reporter'>): JournalFile {
  const path = join(dirname(output), `.${basename(output)}.journal`)
  const text = readIfThere(path)
  const lines = text === '' ? [] : text.split('\n')
  const written = lines.filter((line) => line !== '')
  const whole = written.filter((line) => openSealedLine(line) !== undefined)
  const damaged = written.length - whole.length
  if (damaged > 0) {
    reporter.event('journal_damaged', { journal: path, damaged, lines: written.length })
    reporter.note(`note: ${damaged} of ${written.length} lines of ${path} are torn or damaged: what they told is found out again`)
  }
  let file: number | undefined
  const append = (line: string): void => {
    file ??= openSync(path, 'a')
    appendFileSync(file, `${line}\n`)
  }
  const close = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  let isTorn = (lines.at(-1) ?? '') !== ''
  return {
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
    close,
    finished() {
      close()
      rmSync(path, { force: true })
    },
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
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
