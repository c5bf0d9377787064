import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readBytes } from '../files/read-file.ts'

/**
 * A module's file and the files that it imports, or requires, by relative paths, and these in turn: what the user keeps beside it. Packages are not among
 * them, nor what code finds by words that it makes up while it runs.
 */
export async function importedFiles(file: string): Promise<readonly string[]> {
  // Loaded here because few runs have modules.
  const { init, parse } = await import('es-module-lexer')
  await init
  const found = new Set([file])
  // A set that grows while it is walked is walked to its end.
  for (const each of found) for (const imported of await importsOf(each, parse)) found.add(imported)
  return [...found]
}

type Parse = (source: string) => readonly [imports: readonly { readonly n: string | undefined }[], ...more: readonly unknown[]]

/** What does not read as a module has no imports here; running it tells why. */
async function importsOf(file: string, parse: Parse): Promise<readonly string[]> {
  try {
    const source = new TextDecoder().decode(await readBytes(file))
    return [...importsIn(source, file, parse), ...requiresIn(source, file)]
  } catch {
    return []
  }
}

const relativePath = /^(?:\.{0,2}\/|file:)/

function importsIn(source: string, file: string, parse: Parse): readonly string[] {
  try {
    const [imports] = parse(source)
    const relative = imports.flatMap(({ n }) => (n !== undefined && relativePath.test(n) ? [n] : []))
    return relative.map((each) => fileURLToPath(new URL(each, pathToFileURL(file))))
  } catch {
    return []
  }
}

function requiresIn(source: string, file: string): readonly string[] {
  const { resolve } = createRequire(file)
  return [...source.matchAll(/\brequire\(\s*(['"])(\.{0,2}\/[^'"]+)\1\s*\)/g)].flatMap(([, , specifier]) => {
    try {
      return [resolve(specifier!)]
    } catch {
      return []
    }
  })
}
