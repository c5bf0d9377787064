import { usualMostBytes } from '@q/data'
import { formatTimestamp } from '@q/ir/tables'
import type { Reporter } from './console/reporter.ts'
import type { RunFiles } from './files/run-files.ts'
import { createRunFiles } from './files/run-files.ts'
import type { RunModules } from './modules/run-modules.ts'
import { createRunModules } from './modules/run-modules.ts'

/** What a run is given by whoever starts it. */
export interface Surroundings {
  readonly reporter: Reporter
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What every command is given beside its options. */
export interface Context extends Surroundings {
  /** What this run reads and writes. */
  readonly files: RunFiles
  /** The modules of the user's that this run has loaded. */
  readonly modules: RunModules
}

/** The context of a run that begins now; of one that has begun, its own. */
export function startRun(surroundings: Surroundings | Context): Context {
  return 'files' in surroundings ? surroundings : within({ ...surroundings, modules: createRunModules() }, usualMostBytes)
}

/** The context of a run that has read nothing yet, with another limit of memory. */
export function within(run: Surroundings & Pick<Context, 'modules'>, mostBytes: number): Context {
  const { reporter } = run
  return { ...run, files: createRunFiles((line) => reporter.note(line), mostBytes) }
}

/** The time written into files: `SOURCE_DATE_EPOCH` where it is set, else now. */
export function timeOf({ env }: Surroundings): Date {
  const epoch = Number(env['SOURCE_DATE_EPOCH'])
  return env['SOURCE_DATE_EPOCH'] !== undefined && Number.isFinite(epoch) ? new Date(epoch * 1000) : new Date()
}

/** The date and time written into tables: local, but UTC where `SOURCE_DATE_EPOCH` fixes the time, so that it fixes the text too. */
export function timestampOf(context: Surroundings): string {
  const time = timeOf(context)
  const fixed = context.env['SOURCE_DATE_EPOCH'] !== undefined
  return formatTimestamp(fixed ? new Date(time.getTime() + time.getTimezoneOffset() * 60_000) : time)
}
