import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from './packed-folders.ts'

/** What the README of a package tells a reader to do. */
export interface Readme {
  /** The packages of its first `npm install` line; empty where it has none. */
  readonly wanted: readonly string[]
  /** Its `ts` blocks. */
  readonly blocks: readonly string[]
  /** The words of its `npx q` lines, without `npx q`. */
  readonly commands: readonly (readonly string[])[]
}

/** Reads the `npm install` line and the `ts` blocks of a package's README. */
export function readmeOf(folder: string): Readme {
  const text = readFileSync(join(folder, 'README.md'), 'utf8')
  const line = text.match(/^npm (?:i|install) (.+)$/m)?.[1] ?? ''
  return {
    wanted: line
      .replace(/(#|&&).*/, '')
      .split(/\s+/)
      .filter((word) => word !== '' && !word.startsWith('-')),
    commands: [...text.matchAll(/^npx q (.+)$/gm)].map((match) => match[1]!.split(/\s+/)),
    blocks: [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!),
  }
}

/** Writes each block as a module of its own into `folder`; their paths. */
export function writeBlocks(folder: string, blocks: readonly string[]): readonly string[] {
  return blocks.map((block, i) => {
    const file = join(folder, `block-${i}.ts`)
    writeFileSync(file, block)
    return file
  })
}

/** Writes a module into `folder` that imports every entry of a package; its path. */
export function writeEntries(folder: string, { name, exports = {} }: Manifest): string {
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'))
  const file = join(folder, 'everything.ts')
  writeFileSync(file, entries.map((entry, i) => `import * as entry${i} from '${name}${entry.slice(1)}'\nconsole.log(entry${i})\n`).join(''))
  return file
}
