import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { filterProblems, problemKindInfo } from '@arethetypeswrong/core/problems'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { importSizes } from '../rules.mjs'
import { readText, root } from '../workspace.mjs'

/** The published manifest and files agree. */
export async function checkPublint(packages) {
  const failures = []
  for (const { place, manifest, archive } of packed(packages)) {
    const { messages } = await publint({ strict: true, pack: { tarball: archive } })
    failures.push(...messages.map((message) => `${place}: ${formatMessage(message, manifest)}`))
  }
  return failures
}

/** How a consumer that can load ES modules finds modules. */
const resolutions = ['node16-esm', 'bundler']

/** A consumer's TypeScript finds types that match the code, under every module resolution that can load ES modules. */
export async function checkTypesResolve(packages) {
  const failures = []
  for (const { place, archive } of packed(packages)) {
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(archive)))
    if (analysis.types === false) failures.push(`${place}: has no types`)
    else {
      const problems = resolutions.flatMap((resolutionKind) => filterProblems(analysis, { resolutionKind }))
      failures.push(
        ...[...new Set(problems)].map((problem) => `${place}: ${problemKindInfo[problem.kind].description} ${JSON.stringify(problem)}`),
      )
    }
  }
  return failures
}

let archives

/** The packages, each with its archive as it would be published: made by one call, without scripts, which would build again. */
function packed(packages) {
  archives ??= pack(packages)
  return packages.map((each) => ({ ...each, archive: archives.get(each.manifest.name) }))
}

function pack(packages) {
  const folder = mkdtempSync(join(tmpdir(), 'q-packed-'))
  try {
    const settings = ['--json', '--ignore-scripts', '--offline', '--loglevel=error', '--pack-destination', folder]
    const said = execFileSync('npm', ['pack', ...packages.map((each) => each.folder), ...settings], { cwd: root, encoding: 'utf8' })
    return new Map(JSON.parse(said).map(({ name, filename }) => [name, new Uint8Array(readFileSync(join(folder, filename))).buffer]))
  } finally {
    rmSync(folder, { recursive: true })
  }
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
