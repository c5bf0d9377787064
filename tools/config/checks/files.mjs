import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript'
import {
  chipFreePackages,
  chipName,
  chipNamesAllowed,
  emptyNames,
  emptyNamesAllowed,
  longestDecision,
  longestFile,
  longFiles,
} from '../rules.mjs'
import { filesBelow, readText, root } from '../workspace.mjs'
import { lineOf, sources, words } from './sources.mjs'

const code = () => ['packages', 'tools', 'examples'].flatMap((folder) => filesBelow(folder, ['.ts', '.mjs', '.py']))

/** No file is longer than the limit, and the list of exceptions names no file that has become short. */
export function checkLengths() {
  const lengths = code().map((path) => ({ path, lines: readText(path).split('\n').length - 1 }))
  const tooLong = lengths.filter(({ path, lines }) => lines > longestFile && !longFiles[path])
  const stale = Object.keys(longFiles).filter((path) => !lengths.some((one) => one.path === path && one.lines > longestFile))
  return [
    ...tooLong.map(({ path, lines }) => `${path}: ${lines} lines, at most ${longestFile}; split it by purpose`),
    ...stale.map((path) => `${path}: is not longer than ${longestFile} lines any more; remove it from rules.mjs`),
  ]
}

/** File names say what is inside; `index.ts` only passes exports on. */
export function checkNames() {
  const empty = code()
    .filter((path) => !emptyNamesAllowed[path])
    .filter((path) =>
      path
        .split('/')
        .slice(2)
        .flatMap((part) => part.split(/[.\-_]/))
        .some((word) => emptyNames.includes(word)),
    )
    .map((path) => `${path}: name the file and its folder for what they hold`)
  const mixed = code()
    .filter((path) => /^packages\/.*\.ts$/.test(path) && /[A-Z_]/.test(basename(path)))
    .map((path) => `${path}: file names are kebab-case`)
  const indexes = sources()
    .filter(({ path, workspace }) => basename(path) === 'index.ts' && workspace.place !== 'tools/cli')
    .flatMap((source) =>
      source.file.statements
        .filter((statement) => !ts.isExportDeclaration(statement))
        .map((statement) => `${source.path}:${lineOf(source, statement.getStart(source.file))}: index.ts holds exports only`),
    )
  return [...empty, ...mixed, ...indexes]
}

/** Decisions are numbered without gaps, titled `# 7. …` after their file, and half a page long. */
export function checkDecisions() {
  return filesBelow('docs/adr', ['.md'])
    .sort()
    .flatMap((path, i) => {
      const text = readText(path)
      const lines = text.trimEnd().split('\n')
      return [
        ...(basename(path).startsWith(`${String(i + 1).padStart(4, '0')}-`) ? [] : [`${path}: the number after the last one is ${i + 1}`]),
        ...(lines[0].startsWith(`# ${i + 1}. `) ? [] : [`${path}: begin with '# ${i + 1}. ' and the decision in a sentence`]),
        ...['Context', 'Decision'].filter((part) => !text.includes(`**${part}`)).map((part) => `${path}: say the ${part} (**${part}.** …)`),
        ...(lines.length > longestDecision.lines || text.split(/\s+/).length > longestDecision.words
          ? [
              `${path}: longer than half a page (${longestDecision.lines} lines, ${longestDecision.words} words); keep the decision, what was tried, the figures`,
            ]
          : []),
      ]
    })
}

const mayNameChips = (path) =>
  Object.keys(chipNamesAllowed).some((place) => path === place || (place.endsWith('/') && path.startsWith(place)))

/** Comments may name a chip as the source of a rule, and tests use real cases; code and strings may not. */
export function checkChipNames() {
  return sources()
    .filter(({ path, workspace, test }) => !test && chipFreePackages.includes(workspace.place) && !mayNameChips(path))
    .flatMap((source) =>
      words(source)
        .filter(({ text }) => chipName.test(text))
        .map(({ text, line }) => `${source.path}:${line}: '${text}' names a chip; make it data of its back end`),
    )
}

/** Every published package has its description, its README and its licence field. */
export function checkReadmes(packages) {
  return packages.flatMap(({ place, folder, manifest }) => [
    ...(existsSync(join(folder, 'README.md')) ? [] : [`${place}: has no README.md`]),
    ...(manifest.description ? [] : [`${place}/package.json: has no description`]),
    ...(manifest.license === 'MIT' ? [] : [`${place}/package.json: license is ${manifest.license}, wanted MIT`]),
    ...(existsSync(join(root, 'LICENSE')) ? [] : ['LICENSE is missing']),
  ])
}
