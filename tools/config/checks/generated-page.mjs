import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readText, root } from '../workspace.mjs'

/** Compares a page with what it should be, or writes it. Gives the first lines that differ. @param said what says what it should be: 'the definitions say' */
export function compareOrWrite(page, wanted, said, { update = false } = {}) {
  if (update) {
    writeFileSync(join(root, page), wanted)
    return []
  }
  const before = existsSync(join(root, page)) ? readText(page).split('\n') : []
  const after = wanted.split('\n')
  const differences = [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ]
  return differences.length === 0 ? [] : [`${page} is not what ${said}; run 'npm run api'`, ...differences.slice(0, 10)]
}
