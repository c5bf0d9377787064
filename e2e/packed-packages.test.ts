import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  closure,
  declaredBy,
  installInto,
  manifestOf,
  missingForPacking,
  type Packed,
  packAll,
  publishedFolders,
  repository,
  run,
  thatFailToLoad,
} from './packed-folders.ts'
import { readmeOf, writeBlocks, writeEntries } from './packed-readmes.ts'
import { compile, type resolutions } from './packed-types.ts'

const sources = new Map(publishedFolders.map((folder) => [manifestOf(folder).name, { folder, manifest: manifestOf(folder) }]))

/** Each package by its name, with what its README says. */
const packages = [...sources].map(([name, { folder, manifest }]) => ({ name, manifest, ...readmeOf(folder) }))

/** Each example with the test that proves it; the other tests of `custom-backend` try the conformance suite itself, for most of a minute. */
const examples = [
  { name: 'custom-backend', proof: 'src/nova.test.ts' },
  { name: 'custom-observer', proof: 'src/mean-of-maxima.test.ts' },
  { name: 'custom-strategy', proof: 'src/worst-first.test.ts' },
].map((example) => {
  const source = join(repository, 'examples', example.name)
  const manifest = manifestOf(source)
  const needed = [...declaredBy(manifest), ...Object.keys(manifest.devDependencies ?? {})]
  return { ...example, source, published: manifest.name, needed, ...readmeOf(source) }
})

const missing = missingForPacking()
const foreign = closure([...sources.keys(), ...packages.flatMap(({ wanted }) => wanted)], sources).filter((name) => !sources.has(name))
/** Packages of others that do not load on this machine (a native part that is not there), and words for the title of what is skipped for them. */
const broken = missing.length === 0 ? thatFailToLoad(foreign) : []
const skipFor = (names: readonly string[]) => {
  const needed = closure(names, sources)
  const lacking = broken.filter((name) => needed.includes(name))
  return { skip: lacking.length > 0, told: lacking.length > 0 ? ` (skipped: ${lacking.join(', ')} does not load here)` : '' }
}

let root = ''
/** A folder with the package and what it declares, one with what its README's reader has installed, one with a copy of an example. */
const alone = (name: string) => join(root, 'alone', name)
const reader = (name: string) => join(root, 'reader', name)
const copied = (name: string) => join(root, 'examples', name)
/** Where the reader's program stands, beside every package. */
const supplies = () => join(root, 'supplies')

type Errors = Record<keyof typeof resolutions, readonly string[]>
const errors: Errors = { node16: [], bundler: [] }
const exampleErrors: Errors = { node16: [], bundler: [] }
const isBelow = (folder: string) => (error: string) => error.startsWith(`${folder.slice(root.length + 1)}/`)

/** Runs the blocks of a README in the folder of its reader; what that printed. */
function read(folder: string, name: string): readonly string[] {
  const { status, stdout, stderr } = run(process.execPath, [join(supplies(), 'packed-readers.js'), name, repository], folder)
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.trim().split('\n')
}

function installAll(packed: ReadonlyMap<string, Packed>): void {
  for (const { name, wanted } of packages) {
    installInto(alone(name), [name], packed)
    installInto(reader(name), wanted, packed)
  }
  for (const { name, source, published, needed, wanted } of examples) {
    cpSync(source, copied(name), { recursive: true, filter: (path) => !path.endsWith('node_modules') })
    installInto(copied(name), needed, packed)
    installInto(reader(published), wanted, packed)
  }
  installInto(supplies(), [...packed.keys()], packed)
}

function compileAll(packed: ReadonlyMap<string, Packed>): void {
  // The compiler reads a package where it meets it first, which is to be where it is alone: the ones that need least come first.
  const manifests = [...packed.values()].map(({ manifest }) => manifest)
  manifests.sort((a, b) => closure([a.name], packed).length - closure([b.name], packed).length)
  const files = [
    ...manifests.map((manifest) => writeEntries(alone(manifest.name), manifest)),
    ...packages.flatMap(({ name, blocks }) => writeBlocks(reader(name), blocks)),
    ...examples.flatMap(({ published, blocks }) => writeBlocks(reader(published), blocks)),
  ]
  const ofExamples = examples.flatMap(({ name }) => readdirSync(join(copied(name), 'src')).map((file) => join(copied(name), 'src', file)))
  for (const resolution of ['node16', 'bundler'] as const) {
    const emit = resolution === 'node16'
    errors[resolution] = compile(root, files, { resolution, emit })
    // Not the declarations of vitest.
    exampleErrors[resolution] = compile(root, ofExamples, { resolution, emit, skipLibCheck: true })
  }
  const program = readFileSync(new URL('./packed-readers.ts', import.meta.url), 'utf8')
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  })
  writeFileSync(join(supplies(), 'packed-readers.js'), outputText)
}

describe.skipIf(missing.length > 0)(`as published${missing.length > 0 ? ` (skipped: missing ${missing.join(', ')})` : ''}`, () => {
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'q-packed-')))
    const packed = packAll(join(root, 'packed'))
    installAll(packed)
    compileAll(packed)
  }, 120_000)

  afterAll(() => rmSync(root, { recursive: true, force: true }))

  describe.each(packages)('$name', ({ name, manifest, wanted, blocks, commands }) => {
    const own = skipFor([name])
    const readers = skipFor(wanted)

    it.skipIf(own.skip)(`is imported where nothing but what it declares is installed${own.told}`, () => {
      const { status, stderr } = run(process.execPath, ['everything.js'], alone(name))
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
    })

    it('has a README that says how to install it, with its peers, and shows how to use it', () => {
      expect(wanted).toEqual(expect.arrayContaining([name, ...Object.keys(manifest.peerDependencies ?? {})]))
      expect([...blocks, ...commands]).not.toEqual([])
    })

    it.each(['node16', 'bundler'] as const)('has types, and so has the code of its README, under %s', (resolution) => {
      expect(errors[resolution].filter((error) => isBelow(alone(name))(error) || isBelow(reader(name))(error))).toEqual([])
    })

    if (blocks.length > 0)
      it.skipIf(readers.skip)(`has a README whose code runs${readers.told}`, () => {
        expect(read(reader(name), name)).toEqual(blocks.map((_, i) => `block ${i}`))
      })

    if (commands.length > 0)
      it.skipIf(readers.skip)(`has a README whose commands run${readers.told}`, () => {
        const folder = reader(name)
        cpSync(join(repository, 'examples/quickstart/digits.onnx'), join(folder, 'net.onnx'))
        cpSync(join(repository, 'examples/quickstart/calibration'), join(folder, 'images'), { recursive: true })
        const program = join(folder, 'node_modules', name, Object.values(manifestOf(join(folder, 'node_modules', name)).bin!)[0]!)
        for (const words of commands) {
          const { status, stdout, stderr } = run(
            process.execPath,
            [program, ...words.map((word) => word.replace('224,224', '32,32'))],
            folder,
          )
          expect(status, `${words.join(' ')}\n${stdout}\n${stderr}`).toBe(0)
        }
        expect(readdirSync(folder).filter((file) => /bmodel$/.test(file))).toHaveLength(1)
      })
  })

  it.each(['node16', 'bundler'] as const)('leaves no other error of types to a reader under %s', (resolution) => {
    // Told in the README of @q/exec-ort: without the types of browsers these declarations are not whole.
    const isOfBrowsers = (error: string) =>
      resolution === 'node16' && /onnxruntime-common.*Cannot find name '(WebGL|Image|HTML)/.test(error)
    const owned = [isBelow(join(root, 'alone')), isBelow(join(root, 'reader'))]
    expect(exampleErrors[resolution].filter((error) => !isBelow(join(root, 'examples'))(error))).toEqual([])
    expect(errors[resolution].filter((error) => !owned.some((isOwn) => isOwn(error)) && !isOfBrowsers(error))).toEqual([])
  })

  describe.each(examples)('a copy of the example $name', ({ name, published, proof, blocks }) => {
    it.each(['node16', 'bundler'] as const)('has types under %s', (resolution) => {
      expect(exampleErrors[resolution].filter(isBelow(copied(name)))).toEqual([])
      expect(errors[resolution].filter(isBelow(reader(published)))).toEqual([])
    })

    it('passes its own test', () => {
      const vitest = join(copied(name), 'node_modules/vitest/vitest.mjs')
      const { status, stdout, stderr } = run(process.execPath, [vitest, 'run', proof, '--maxWorkers=1'], copied(name))
      expect(status, `${stdout}\n${stderr}`).toBe(0)
      expect(stdout).toMatch(/Tests +[1-9]\d* passed \(/)
    })

    if (blocks.length > 0)
      it('has a README whose code runs', () => {
        expect(read(reader(published), published)).toEqual(blocks.map((_, i) => `block ${i}`))
      })
  })
})
