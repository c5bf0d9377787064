import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a package says of itself in its `package.json`. */
export interface Manifest {
  readonly name: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** A package as it would be published. */
export interface Packed {
  /** Where its archive was unpacked. */
  readonly folder: string
  readonly manifest: Manifest
}

export const repository = join(import.meta.dirname, '..')
const installed = join(repository, 'node_modules')

/** The folders of all that is published: the packages, and the command line. */
export const publishedFolders: readonly string[] = [
  ...readdirSync(join(repository, 'packages')).map((name) => `packages/${name}`),
  'tools/cli',
]
  .map((folder) => join(repository, folder))
  .filter((folder) => existsSync(join(folder, 'package.json')))

/** What has to be there for packing at all, and is not: in words, for the title of a skipped test. */
export function missingForPacking(): readonly string[] {
  const unbuilt = publishedFolders.filter((folder) => !existsSync(join(folder, 'dist/index.js')))
  const programs = ['npm', 'tar'].filter((name) => run(name, ['--version'], repository).status !== 0)
  return [...unbuilt.map((folder) => `${folder.slice(repository.length + 1)}/dist (npm run build)`), ...programs]
}

/** Packs every package as `npm publish` would and unpacks the archives into `folder`; by name. */
export function packAll(folder: string): ReadonlyMap<string, Packed> {
  mkdirSync(folder, { recursive: true })
  // Without scripts, which would build again; without a network.
  const args = ['pack', ...publishedFolders, '--json', '--ignore-scripts', '--offline', '--pack-destination', folder]
  const { status, stdout, stderr } = run('npm', args, repository)
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}\n${stderr}`)
  const archives: readonly { readonly name: string; readonly filename: string }[] = JSON.parse(stdout)
  return new Map(
    archives.map(({ name, filename }) => {
      const into = join(folder, name)
      mkdirSync(into, { recursive: true })
      const unpacked = run('tar', ['-xzf', join(folder, filename), '-C', into, '--strip-components=1'], folder)
      if (unpacked.status !== 0) throw new Error(`${filename}: ${unpacked.stderr}`)
      return [name, { folder: into, manifest: manifestOf(into) }]
    }),
  )
}

/** The packages of those named that Node cannot load from this repository's node_modules: not installed, or without the native part for this machine. */
export function thatFailToLoad(names: readonly string[]): readonly string[] {
  const program = `for (const name of process.argv.slice(1)) await import(name).catch(() => console.log(name))`
  return run(process.execPath, ['--input-type=module', '-e', program, ...names], repository)
    .stdout.split('\n')
    .filter((name) => name !== '')
}

/** What a package needs to be installed beside it. */
export const declaredBy = (manifest: Manifest): readonly string[] => Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })

export const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/**
 * Makes `folder` what `npm install ...wanted` makes of an empty one: `wanted` and all that these declare, and nothing else. Packages of this repository
 * come from their archives; others are linked to where this repository has them, beside their own dependencies.
 */
export function installInto(folder: string, wanted: readonly string[], packed: ReadonlyMap<string, Packed>): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}')
  for (const name of closure(wanted, packed)) {
    const into = join(folder, 'node_modules', name)
    mkdirSync(dirname(into), { recursive: true })
    const ours = packed.get(name)
    if (ours !== undefined) linkFiles(ours.folder, into)
    else if (existsSync(join(installed, name))) symlinkSync(join(installed, name), into, 'junction')
    else throw new Error(`${name} is neither a package of this repository nor in its node_modules (npm ci)`)
  }
}

/** `wanted` with what they declare, those of this repository followed further. */
export function closure(wanted: readonly string[], packed: ReadonlyMap<string, Packed>): readonly string[] {
  const found = new Set(wanted)
  for (const name of found) {
    const ours = packed.get(name)
    if (ours !== undefined) for (const needed of declaredBy(ours.manifest)) found.add(needed)
  }
  return [...found]
}

/** The same files at another place, so that each folder has packages of its own; copies would be slower and no different. */
function linkFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkFiles(source, target)
    else linkSync(source, target)
  }
}

/** Runs a program to its end, without the settings that a test's own process was started with. */
export function run(program: string, args: readonly string[], cwd: string) {
  const { NODE_OPTIONS: _, ...env } = process.env
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    encoding: 'utf8',
    timeout: 120_000,
  })
  return { status, stdout: stdout ?? '', stderr: error === undefined ? stderr : `${error.message}\n${stderr ?? ''}` }
}
