import { QError } from '@q/ir'

/** A file that is no container or a damaged one. */
export function invalid(
  place: string,
  message: string,
  { found, wanted, cause }: { readonly found?: string; readonly wanted?: string; readonly cause?: unknown } = {},
): QError {
  return new QError('CVIMODEL_INVALID', `cannot read ${place}: ${message}`, {
    at: [place],
    found: found ?? 'bytes that contradict each other',
    wanted: wanted ?? 'a container as it was written',
    ...(cause === undefined ? {} : { cause }),
    hint: 'write or copy the file again',
  })
}
