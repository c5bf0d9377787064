import { copyFile, readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'tsup'

/** Private workspace packages and small ones from the registry whose code and types go into the packages that use them. */
const inlined = ['@q/npz', 'fflate']

const root = fileURLToPath(new URL('../..', `file://${process.cwd()}/`))

/** Build settings of one package: ES modules with their types, private workspace packages inlined, the licences of what is inside. */
export function library({ entries = ['src/index.ts'] }: { readonly entries?: readonly string[] } = {}) {
  return defineConfig({
    entry: Object.fromEntries(entries.map((entry) => [entry.replace(/^src\//, '').replace(/\.ts$/, ''), entry])),
    format: ['esm'],
    target: 'node20',
    platform: 'neutral',
    // Without the source condition the types of other packages come from their `dist`, as a consumer sees them.
    dts: { resolve: inlined, compilerOptions: { customConditions: [] } },
    clean: true,
    sourcemap: true,
    // A bundler tells Node's own modules from packages by this prefix.
    removeNodeProtocol: false,
    splitting: true,
    noExternal: inlined,
    external: [/^node:/, /^@q\/ir($|\/)/],
    onSuccess: copyLicences,
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
