import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

const places = ['packages', 'tools', 'examples', 'e2e']
const isTest = (path) => path.endsWith('.test.ts')

/** Which tests read which sources and which sources a test reads, through any number of imports; everything as paths from the root. */
export function importGraph(root) {
  const files = places.flatMap((place) => sourcesBelow(root, place))
  const entries = packageEntries(root)
  const importers = new Map(files.map((path) => [path, []]))
  const imported = new Map(files.map((path) => [path, []]))
  for (const path of files) {
    for (const { fileName } of ts.preProcessFile(readFileSync(join(root, path), 'utf8'), true, true).importedFiles) {
      const target = fileName.startsWith('.') ? join(dirname(path), fileName) : entries.get(fileName)
      if (!importers.has(target)) continue
      importers.get(target).push(path)
      imported.get(path).push(target)
    }
  }
  return {
    testsOf: (path) => reached(path, importers).filter(isTest),
    reach: (path) => reached(path, importers),
    filesOf: (path) => reached(path, imported),
  }
}

function reached(path, edges) {
  const found = new Set([path])
  for (const one of found) for (const next of edges.get(one) ?? []) found.add(next)
  return [...found]
}

function sourcesBelow(root, place) {
  return readdirSync(join(root, place), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path))
}

function packageEntries(root) {
  const entries = new Map()
  for (const kind of ['packages', 'tools', 'examples']) {
    for (const name of readdirSync(join(root, kind))) {
      const manifest = join(root, kind, name, 'package.json')
      if (!existsSync(manifest)) continue
      const { name: packageName, exports = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
      for (const [entry, conditions] of Object.entries(exports)) {
        const source = conditions['q-source']
        if (source) entries.set(join(packageName, entry), join(kind, name, source))
      }
    }
  }
  return entries
}

/** How far a test stands from a source: 0 beside it under its name, then its folder, its package, the other packages, e2e. */
export function distance(test, source) {
  if (test.startsWith('e2e/') || test.startsWith('examples/')) return 4
  if (test === source.replace(/\.ts$/, '.test.ts')) return 0
  if (dirname(test) === dirname(source)) return 1
  const packageOf = (path) => path.split('/').slice(0, 2).join('/')
  return packageOf(test) === packageOf(source) ? 2 : 3
}
