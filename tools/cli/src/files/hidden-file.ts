import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** Bytes of the longest name of a file, with room for an ending more, as a lock has it. */
const longestName = 240

/** The hidden file beside an output that keeps what an interrupted run has found out: `.NAME.ENDING`. A name too long for that is cut, and a digest of it tells it from others. */
export function hiddenBeside(output: string, ending: string): string {
  const name = basename(output)
  const hidden = `.${name}.${ending}`
  if (Buffer.byteLength(hidden) <= longestName) return join(dirname(output), hidden)
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 16)
  return join(dirname(output), `.${Array.from(name).slice(0, 40).join('')}-${digest}.${ending}`)
}
