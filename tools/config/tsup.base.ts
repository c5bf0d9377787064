import { defineConfig } from 'tsup'

/** Build settings of one package: ES modules with their types, private workspace packages inlined. */
export function library({ entries = ['src/index.ts'] }: { readonly entries?: readonly string[] } = {}) {
  return defineConfig({
    entry: Object.fromEntries(entries.map((entry) => [entry.replace(/^src\//, '').replace(/\.ts$/, ''), entry])),
    format: ['esm'],
    target: 'node20',
    platform: 'neutral',
    dts: { compilerOptions: { customConditions: [], rootDir: undefined } },
    clean: true,
    sourcemap: false,
    splitting: true,
    noExternal: ['@q/npz', 'fflate'],
    external: [/^node:/],
  })
}
