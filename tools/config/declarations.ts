import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'

/** Where the declarations of single modules stand for a moment; in `dist`, so that what they import is found where the package finds it. */
const modules = 'dist/.modules'

export interface DeclarationSettings {
  /** Names of files in `dist`, without ending, each with the module whose declarations it gets. */
  readonly entries: Readonly<Record<string, string>>
  /** Packages whose declarations go into those of this one; others are imported. */
  readonly inlined: readonly string[]
}

/**
 * Writes the `.d.ts` files of the package in the current folder. The native compiler writes those of each module, unchecked (the check of types
 * reads all packages at once); then they are joined to one file an entry. A compiler in JavaScript took ten times as long.
 *
 * @throws what the compiler said, where a module has no declarations
 */
export async function writeDeclarations(settings: DeclarationSettings, compiler: string): Promise<void> {
  await rm(modules, { recursive: true, force: true })
  try {
    await compile(Object.values(settings.entries), compiler)
    await joinModules(settings)
  } finally {
    await rm(modules, { recursive: true, force: true })
  }
}

async function compile(entries: readonly string[], compiler: string): Promise<void> {
  const settings = {
    extends: '../../tsconfig.json',
    include: [],
    files: entries.map((entry) => `../../${entry}`),
    compilerOptions: {
      declaration: true,
      emitDeclarationOnly: true,
      noEmit: false,
      noCheck: true,
      rootDir: '../../src',
      outDir: '.',
      // Without the source condition the types of other packages come from their `dist`, as a consumer sees them.
      customConditions: [],
    },
  }
  await mkdir(modules, { recursive: true })
  await writeFile(join(modules, 'tsconfig.json'), JSON.stringify(settings))
  await promisify(execFile)(process.execPath, [compiler, '-p', modules]).catch((error: { stdout?: string; message: string }) => {
    throw new Error(error.stdout || error.message)
  })
}

async function joinModules({ entries, inlined }: DeclarationSettings): Promise<void> {
  const declarations = (entry: string) => join(modules, entry.replace(/^src\//, '').replace(/\.ts$/, '.d.ts'))
  const bundle = await rollup({
    input: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, declarations(entry)])),
    external: (name) => !name.startsWith('.') && !isAbsolute(name) && !inlined.includes(name),
    plugins: [dts({ includeExternal: [...inlined] })],
    onwarn: ({ code, message }) => {
      // A program that is no library exports nothing.
      if (code !== 'EMPTY_BUNDLE') throw new Error(message)
    },
  })
  await bundle.write({
    dir: 'dist',
    format: 'es',
    entryFileNames: '[name].d.ts',
    chunkFileNames: ({ name }) => `${name.replace(/\.d$/, '')}-[hash].d.ts`,
  })
  await bundle.close()
}
