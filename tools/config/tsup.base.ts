import { copyFile, readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'tsup'
import { writeDeclarations } from './declarations.ts'

/** Private workspace packages and small ones from the registry whose code and types go into the packages that use them. */
const inlined = ['@q/npz', 'fflate']

const root = fileURLToPath(new URL('../..', `file://${process.cwd()}/`))

/** Build settings of one package: ES modules with their types, private workspace packages inlined, the licences of what is inside. */
export function library({ entries = ['src/index.ts'] }: { readonly entries?: readonly string[] } = {}) {
  const entry = Object.fromEntries(entries.map((path) => [path.replace(/^src\//, '').replace(/\.ts$/, ''), path]))
  return defineConfig({
    entry,
    format: ['esm'],
    target: 'node20',
    platform: 'neutral',
    clean: true,
    sourcemap: true,
    // A bundler tells Node's own modules from packages by this prefix.
    removeNodeProtocol: false,
    splitting: true,
    noExternal: inlined,
    external: [/^node:/, /^@q\/ir($|\/)/],
    onSuccess: async () => {
      await copyLicences()
      await writeDeclarations({ entries: entry, inlined }, `${root}node_modules/typescript-native/bin/tsc`)
    },
  })
}

async function copyLicences(): Promise<void> {
  await copyFile(`${root}LICENSE`, 'dist/LICENSE')
  const files = (await readdir('dist')).filter((name) => name.endsWith('.js'))
  const texts = await Promise.all(files.map((name) => readFile(`dist/${name}`, 'utf8')))
  // The bundler marks each module it takes in with a comment that holds the module's path.
  if (texts.some((text) => /\/\/ .*(tools\/npz|node_modules\/fflate)\//.test(text)))
    await copyFile(`${root}node_modules/fflate/LICENSE`, 'dist/LICENSE-fflate')
}
