import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Artifact } from '@q/ir'
import { tpucCompiler } from '@q/mlir'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { compileScript } from './compile-script.ts'

const compiler = tpucCompiler({ family: 'fake', container: '.bmodel', otherwise: 'nothing' })

/** A compiler that reads what it is given and the weights beside it, and writes what it is to make: its last calls, as the vendor's, take options apart at blanks. */
const fakeCompiler = `#!/bin/sh
set -e
for each in "$@"; do
  case "$each" in --codegen=*) made=\${each#--codegen=model_file=}; cat "$1" > "\${made%% *}"; exit 0 ;; esac
done
while [ "$1" != -o ]; do [ -f "$1" ] && from=$1; shift; done
{ cat "$from"; cat ./*_weights.npz | head -n 1; } > "$2"
`

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'q-script-'))
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'here'))
  writeFileSync(join(folder, 'bin', 'tpuc-opt'), fakeCompiler)
  chmodSync(join(folder, 'bin', 'tpuc-opt'), 0o755)
})
afterEach(() => rmSync(folder, { recursive: true }))

const artifactOf = (name: string): Artifact => {
  const files = [`${name}_tpu.mlir`, `${name}_tpu_weights.npz`, `${name}.qbmodel`].map(
    (each) => [each, new TextEncoder().encode('x\n')] as const,
  )
  return { files: new Map(files), model: `${name}.qbmodel`, compiled: `${name}.bmodel`, portable: true, diagnostics: [] }
}

it.each([
  'plain-1.2',
  'a$(touch PWNED)',
  'a`touch PWNED`',
  'my net',
  `it's "x"`,
  '-rf',
  'a;touch PWNED;b',
  'a&b|c>d',
  '名',
  '$HOME',
  '--o',
])('the script of a model called %s makes its model, and nothing else', (name) => {
  const artifact = artifactOf(name)
  const here = join(folder, 'here')
  for (const [file, bytes] of artifact.files) if (file !== artifact.model) writeFileSync(join(here, file), bytes)
  const script = `${name}_compile.sh`
  writeFileSync(join(here, script), compileScript({ artifact, compiler, model: artifact.compiled! })!)
  execFileSync('sh', [`./${script}`], { cwd: here, env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` } })
  const final = name === 'plain-1.2' ? [`${name}_final.mlir`] : []
  expect(readdirSync(here).sort()).toEqual([`${name}_tpu.mlir`, `${name}_tpu_weights.npz`, script, `${name}.bmodel`, ...final].sort())
  expect(readFileSync(join(here, `${name}.bmodel`), 'utf8')).toBe('x\nx\n')
})

it('a folder of the model with a blank in it, and a script that is called from elsewhere', () => {
  const artifact = artifactOf('net')
  const here = join(folder, 'here')
  mkdirSync(join(here, 'out put'))
  for (const [file, bytes] of artifact.files) writeFileSync(join(here, file), bytes)
  writeFileSync(join(here, 's.sh'), compileScript({ artifact, compiler, model: 'out put/net.bmodel' })!)
  execFileSync('sh', ['here/s.sh'], { cwd: folder, env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` } })
  expect(readdirSync(join(here, 'out put'))).toEqual(['net.bmodel'])
})

it('a compiler without command lines has no script', () => {
  const none = { find: async () => undefined, commandLines: () => [] }
  expect(compileScript({ artifact: artifactOf('a'), compiler: none, model: 'a.bmodel' })).toBeUndefined()
})
