import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { importSizes } from '../rules.mjs'
import { failuresOfTool, mapInParallel, readText, root } from '../workspace.mjs'

/** The published manifest and files agree. */
export async function checkPublint(packages) {
  const found = await mapInParallel(packages, 2, async ({ folder, place, manifest }) => {
    const { messages } = await publint({ pkgDir: folder, strict: true })
    return messages.map((message) => `${place}: ${formatMessage(message, manifest)}`)
  })
  return found.flat()
}

/** A consumer's TypeScript finds types that match the code, under every module resolution that can load ES modules. */
export async function checkTypesResolve(packages) {
  const found = await mapInParallel(packages, 2, async ({ folder, place }) => {
    const lines = await failuresOfTool('@arethetypeswrong/cli/dist/index.js', [
      '--profile',
      'esm-only',
      '--pack',
      folder,
      '--format',
      'ascii',
      '--no-emoji',
      '--no-definitely-typed',
    ])
    return lines.map((line) => `${place}: ${line}`)
  })
  return found.flat()
}

/** The types in `dist` name nothing that a consumer lacks: no source file, no inlined private package. */
export function checkDeclarations(packages, listDeclarations, privateNames) {
  return packages.flatMap(({ place }) =>
    listDeclarations(place).flatMap((path) => {
      const text = readText(path)
      const lost = [...text.matchAll(/from ['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/g)]
        .map((match) => match[1] ?? match[2])
        .filter((specifier) => privateNames.includes(specifier) || specifier.endsWith('.ts') || specifier.includes('/src/'))
      return lost.map((specifier) => `${path}: names ${specifier}, which is not published`)
    }),
  )
}

/** What one import costs in a bundle. Fails above the limit of `rules.mjs`. */
export async function measureImports() {
  const failures = []
  const notes = []
  for (const { package: name, name: imported, limitBytes } of importSizes) {
    const result = await build({
      stdin: { contents: `export { ${imported} } from '${name}'`, resolveDir: join(root, 'tools/config') },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'neutral',
      write: false,
      logLevel: 'silent',
    }).catch((error) => error)
    if (!result.outputFiles) {
      failures.push(`import { ${imported} } from '${name}': ${result.message}`)
      continue
    }
    const bytes = gzipSync(result.outputFiles[0].contents).length
    notes.push(`{ ${imported} } from ${name}: ${(bytes / 1000).toFixed(1)} kB`)
    if (bytes > limitBytes) failures.push(`import { ${imported} } from '${name}' costs ${bytes} bytes, at most ${limitBytes}`)
  }
  return { failures, notes }
}
