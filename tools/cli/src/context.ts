import { formatTimestamp } from '@q/ir/tables'
import type { Reporter } from './console/reporter.ts'

/** What every command is given beside its options. */
export interface Context {
  readonly reporter: Reporter
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The time written into files: `SOURCE_DATE_EPOCH` where it is set, else now. */
export function timeOf({ env }: Context): Date {
  const epoch = Number(env['SOURCE_DATE_EPOCH'])
  return env['SOURCE_DATE_EPOCH'] !== undefined && Number.isFinite(epoch) ? new Date(epoch * 1000) : new Date()
}

/** The date and time written into tables: local, but UTC where `SOURCE_DATE_EPOCH` fixes the time, so that it fixes the text too. */
export function timestampOf(context: Context): string {
  const time = timeOf(context)
  const fixed = context.env['SOURCE_DATE_EPOCH'] !== undefined
  return formatTimestamp(fixed ? new Date(time.getTime() + time.getTimezoneOffset() * 60_000) : time)
}
