import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The folder of models, images and other tools' results that some tests compare with: `Q_SHARED`, or `shared` beside the
 * repository. It is no part of the repository; where it is missing those tests skip and say so.
 */
const folder = process.env['Q_SHARED'] ?? join(import.meta.dirname, '../../shared')

/** Whether the folder is there. */
export const hasShared = existsSync(join(folder, 'reference'))

/** The title of a suite that needs the folder; it tells when the suite is skipped and why. */
export function sharedTitle(title: string): string {
  return hasShared ? title : `${title} (skipped: no ../shared)`
}

/** The path of a file of that folder. */
export function sharedPath(...parts: readonly string[]): string {
  return join(folder, ...parts)
}

/** The bytes of a file of that folder. */
export function sharedBytes(...parts: readonly string[]): Uint8Array {
  return new Uint8Array(readFileSync(sharedPath(...parts)))
}

/** The text of a file of that folder. */
export function sharedText(...parts: readonly string[]): string {
  return readFileSync(sharedPath(...parts), 'utf8')
}
