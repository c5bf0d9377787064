import { spawnSync } from 'node:child_process'

/** How long Node may take to read a file, in milliseconds. */
const longestCheck = 10_000

/**
 * Where a module breaks the syntax, in words: line and text. An error of `import` has neither, so Node is asked to look at the file; it runs nothing of it.
 *
 * @returns nothing where the file itself is sound, as when one that it imports is not, and for other files than JavaScript
 */
export function syntaxPlace(file: string): string | undefined {
  if (!/\.[cm]?js$/i.test(file)) return undefined
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: longestCheck })
  const [, line, text] = /^.*:(\d+)\r?\n(.*)\r?\n\s*\^/m.exec(stderr ?? '') ?? []
  return line === undefined ? undefined : `line ${line}: ${text!.trim()}`
}
