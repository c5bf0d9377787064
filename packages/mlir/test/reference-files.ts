import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** The folder with the vendor's files, or `undefined` on machines without it. */
export const reference = ((): string | undefined => {
  const folder = join(process.env['Q_SHARED'] ?? join(import.meta.dirname, '../../../../shared'), 'reference')
  return existsSync(folder) ? folder : undefined
})()

export interface ReferenceFile {
  /** Path below the reference folder. */
  readonly path: string
  readonly text: string
}

/** Every `.mlir` file below the reference folder. */
export function referenceFiles(): readonly ReferenceFile[] {
  if (reference === undefined) return []
  const found: ReferenceFile[] = []
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) visit(path)
      else if (entry.name.endsWith('.mlir')) found.push({ path: relative(reference, path), text: readFileSync(path, 'utf8') })
    }
  }
  visit(reference)
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * Whether the vendor's printer wrote the text with names only as locations. Files typed by hand, and
 * files lowered from such (their module and return keep line numbers as locations), are not.
 */
export function isVendorText(text: string): boolean {
  return text.startsWith('#loc = loc(unknown)\n')
}
