import { builtinModules } from 'node:module'
import ts from 'typescript'
import { inlined, nodeFiles, nodeFolders, nodePackages } from '../rules.mjs'
import { filesBelow, readText, workspacesIn } from '../workspace.mjs'
import { lineOf, sources, words } from './sources.mjs'

const nodeGlobals = new Set(['Buffer', 'process', '__dirname', '__filename', 'require', 'setImmediate'])
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
const isNodeModule = (specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier)

/** The star: a package needs `@q/ir` and nothing else of this repository; only `@q/cli` and the examples join packages. */
export function checkStar() {
  return [...manifests(), ...imports(), ...examples()]
}

function manifests() {
  return workspacesIn('packages').flatMap(({ place, manifest }) => {
    const own = (field) => Object.keys(manifest[field] ?? {}).filter((name) => name.startsWith('@q/'))
    const wrong = []
    if (own('dependencies').length > 0)
      wrong.push(`dependencies hold ${own('dependencies')}; a package of this repository is a peer dependency`)
    const peers = manifest.name === '@q/ir' ? [] : ['@q/ir']
    if (String(own('peerDependencies')) !== String(peers))
      wrong.push(`peerDependencies hold [${own('peerDependencies')}], wanted [${peers}]`)
    for (const name of own('devDependencies')) {
      if (name !== '@q/ir' && !inlined.includes(name)) wrong.push(`devDependencies hold ${name}; only @q/ir and ${inlined} may be there`)
    }
    if (manifest.name === '@q/ir' && Object.keys(manifest.dependencies ?? {}).length > 0) wrong.push('@q/ir must have no dependencies')
    return wrong.map((reason) => `${place}/package.json: ${reason}`)
  })
}

function imports() {
  return sources().flatMap((source) => {
    const { workspace, path, test } = source
    const leaf = path.startsWith('packages/')
    const nodeAllowed =
      test || !leaf || nodePackages.includes(workspace.place) || nodeFiles[path] || nodeFolders.some((folder) => path.startsWith(folder))
    const wrong = []
    for (const { fileName, pos } of source.imports) {
      const report = (reason) => wrong.push(`${path}:${lineOf(source, pos)}: ${reason}`)
      if (fileName.startsWith('.')) {
        const target = new URL(fileName, `file:///${path}`).pathname.slice(1)
        if (!target.startsWith(`${workspace.place}/`)) report(`${fileName} leaves the package; import by package name`)
      } else if (isNodeModule(fileName)) {
        if (!nodeAllowed) report(`${fileName} is a Node module; ${workspace.manifest.name} runs without Node`)
      } else {
        const name = packageOf(fileName)
        if (leaf && name.startsWith('@q/') && name !== '@q/ir' && name !== workspace.manifest.name && !inlined.includes(name)) {
          report(`${name}: a package imports @q/ir only; let the caller hand it in, typed by @q/ir`)
        } else if (!isDeclared(workspace.manifest, name, test)) {
          report(`${name} is not declared in ${workspace.place}/package.json`)
        }
      }
    }
    if (!nodeAllowed) wrong.push(...globals(source))
    return wrong
  })
}

function isDeclared(manifest, name, test) {
  const fields = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies']
  if (name === manifest.name || fields.some((field) => manifest[field]?.[name] !== undefined)) return true
  return test && JSON.parse(readText('package.json')).devDependencies[name] !== undefined
}

function globals(source) {
  return words(source)
    .filter(({ text, node }) => {
      if (!ts.isIdentifier(node) || !nodeGlobals.has(text)) return false
      const { parent } = node
      const isKey =
        (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node
      return !isKey && !isDeclaredHere(source, text)
    })
    .map(({ text, line }) => `${source.path}:${line}: ${text} exists in Node only; ${source.workspace.manifest.name} runs without Node`)
}

function isDeclaredHere(source, name) {
  return words(source).some(({ node }) => {
    const { parent } = node
    return (
      ts.isIdentifier(node) &&
      node.text === name &&
      parent &&
      'name' in parent &&
      parent.name === node &&
      !ts.isPropertyAccessExpression(parent)
    )
  })
}

/** The plug-in examples are what a stranger would write: `@q/ir` alone, no path into the repository. */
function examples() {
  return workspacesIn('examples')
    .filter(({ name }) => name.startsWith('custom-'))
    .flatMap(({ place }) =>
      filesBelow(place, ['.ts', '.mjs', '.js'])
        .filter((path) => !/\.test\.\w+$/.test(path))
        .flatMap((path) =>
          ts
            .preProcessFile(readText(path), true, true)
            .importedFiles.filter(
              ({ fileName }) => (fileName.startsWith('@q/') && packageOf(fileName) !== '@q/ir') || fileName.startsWith('../..'),
            )
            .map(({ fileName }) => `${path}: ${fileName}; a plug-in imports @q/ir only`),
        ),
    )
}
