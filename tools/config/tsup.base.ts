import { defineConfig } from 'tsup'

/** Private workspace packages whose code and types go into the packages that use them. */
const inlined = ['@q/npz', 'fflate']

/** Build settings of one package: ES modules with their types, private workspace packages inlined. */
export function library({ entries = ['src/index.ts'] }: { readonly entries?: readonly string[] } = {}) {
  return defineConfig({
    entry: Object.fromEntries(entries.map((entry) => [entry.replace(/^src\//, '').replace(/\.ts$/, ''), entry])),
    format: ['esm'],
    target: 'node20',
    platform: 'neutral',
    // Without the source condition the types of other packages come from their `dist`, as a consumer sees them.
    dts: { resolve: inlined, compilerOptions: { customConditions: [] } },
    clean: true,
    sourcemap: false,
    splitting: true,
    noExternal: inlined,
    external: [/^node:/, /^@q\/ir($|\/)/],
  })
}
