import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * A module's file and the files that it imports by relative paths, and these in turn: what the user keeps beside it. Packages are not among them, nor what
 * code finds by words that it makes up while it runs, or by `require`.
 */
export async function importedFiles(file: string): Promise<readonly string[]> {
  // Loaded here because few runs have modules.
  const { init, parse } = await import('es-module-lexer')
  await init
  const found = new Set([file])
  // A set that grows while it is walked is walked to its end.
  for (const each of found) for (const specifier of await specifiersIn(each, parse)) found.add(specifier)
  return [...found]
}

type Parse = (source: string) => readonly [imports: readonly { readonly n: string | undefined }[], ...more: readonly unknown[]]

/** What does not read as a module has no imports here; running it tells why. */
async function specifiersIn(file: string, parse: Parse): Promise<readonly string[]> {
  try {
    const [imports] = parse(await readFile(file, 'utf8'))
    const relative = imports.flatMap(({ n }) => (n !== undefined && /^(?:\.{0,2}\/|file:)/.test(n) ? [n] : []))
    return relative.map((each) => fileURLToPath(new URL(each, pathToFileURL(file))))
  } catch {
    return []
  }
}
