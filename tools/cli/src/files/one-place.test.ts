import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Sources that use the file system by themselves, each for files that are no input and no output of the user. */
const allowed = [
  // The work folder of a chip's compiler.
  'chips/compiler-host.ts',
  // What tells a module from others, which is an input of the run.
  'modules/digest-of-module.ts',
  // The state of an interrupted calibration.
  'pipeline/calibration-checkpoint.ts',
  // The state of an interrupted search.
  'search/journal-file.ts',
  'search/journal-lock.ts',
]

it('every other source reads and writes files by way of files/, which knows what a run reads and writes', () => {
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  )
  const touching = sources.filter((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const imported = [...text.matchAll(/import (?:\* as \w+|\{([^}]*)\}) from 'node:fs(?:\/promises)?'/g)].map(
      ([, names]) => names ?? 'writeFile',
    )
    return imported.some((names) => /\b(?:write|append|open|rename|copy|cp|create|read(?!dir|link))\w*/.test(names))
  })
  expect(touching.filter((path) => !path.startsWith('files/')).sort()).toEqual(allowed)
  const direct = sources.filter((path) =>
    /from '.*\/(?:write-files|place|temporary-files)\.ts'/.test(readFileSync(join(root, path), 'utf8')),
  )
  // What keeps the state of a run by itself names its temporaries as all others do.
  expect(direct.filter((path) => !path.startsWith('files/') && !allowed.includes(path))).toEqual([])
})
