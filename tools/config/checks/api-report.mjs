import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { root } from '../workspace.mjs'

const quiet = { logLevel: 'none', addToApiReportFile: false }

/** The entry points of a package that have types: `.` gives `ir`, `./conformance` gives `ir-conformance`. */
function entriesOf({ name, manifest }) {
  return Object.entries(manifest.exports)
    .filter(([, target]) => typeof target === 'object' && target.types)
    .map(([key, target]) => ({ report: [name, ...key.split('/').slice(1)].join('-'), types: target.types }))
}

/**
 * Compares each package's public names and signatures with the committed `api/<name>.api.md`, or writes them there.
 */
export function checkApiReports(packages, { update = false } = {}) {
  return packages.flatMap((one) => entriesOf(one).flatMap((entry) => checkEntry(one, entry, update)))
}

function checkEntry({ folder, place }, { report, types }, update) {
  const typesPath = join(folder, types)
  if (!existsSync(typesPath)) return [`${place}: ${types} is missing; the build did not write it`]
  const reportFolder = join(folder, 'api')
  const reportTempFolder = join(root, 'temp', 'api', report)
  if (update) mkdirSync(reportFolder, { recursive: true })
  mkdirSync(reportTempFolder, { recursive: true })
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: typesPath,
      bundledPackages: [],
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            lib: ['ES2022', 'DOM'],
            module: 'NodeNext',
            moduleResolution: 'NodeNext',
            types: ['node'],
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: true,
          },
          files: [typesPath],
        },
      },
      apiReport: { enabled: true, reportFileName: `${report}.api.md`, reportFolder, reportTempFolder, includeForgottenExports: false },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error', addToApiReportFile: false } },
        extractorMessageReporting: {
          default: quiet,
          'ae-forgotten-export': { logLevel: 'none', addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: quiet },
      },
    },
  })
  const failures = []
  const result = Extractor.invoke(config, {
    localBuild: update,
    messageCallback(message) {
      if (message.logLevel === 'error') failures.push(`${place}: ${message.text}`)
      message.handled = true
    },
  })
  const written = join(reportTempFolder, `${report}.api.md`)
  if (result.apiReportChanged && !update) {
    failures.push(`${place}/api/${report}.api.md: the public surface changed; read it again with 'npm run api' and commit it`)
    failures.push(...differences(join(reportFolder, `${report}.api.md`), written).map((line) => `  ${line}`))
  }
  rmSync(reportTempFolder, { recursive: true, force: true })
  return failures
}

/** Every exported name carries a doc comment; the committed reports tell. */
export function checkDocComments(packages) {
  return packages.flatMap((one) =>
    entriesOf(one)
      .map(({ report }) => join(one.folder, 'api', `${report}.api.md`))
      .filter((path) => existsSync(path))
      .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/^\/\/ @public \(undocumented\)\n(.*)$/gm)])
      .map((match) => `${one.place}: has no doc comment: ${match[1]}`),
  )
}

/** Lines that are in one report alone; the first ten of each kind. */
function differences(committed, written) {
  const before = existsSync(committed) ? readFileSync(committed, 'utf8').split('\n') : []
  const after = existsSync(written) ? readFileSync(written, 'utf8').split('\n') : []
  const only = (mine, other) => mine.filter((line) => line.trim() !== '' && !other.includes(line)).slice(0, 10)
  return [...only(before, after).map((line) => `- ${line}`), ...only(after, before).map((line) => `+ ${line}`)]
}
