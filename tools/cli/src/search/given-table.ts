import { parseCalibrationTable } from '@q/ir'
import type { Context } from '../context.ts'

/**
 * Whether the table that a search would make for itself is an input: a file that is there, and not what such a search left, which never
 * changes a result.
 */
export async function isGivenTable(path: string, { files }: Context): Promise<boolean> {
  const text = await files.peekText(path)
  if (text === undefined) return false
  const { entries, header } = parseCalibrationTable(text, path)
  return entries.size > 0 && header.madeFor === undefined
}
