import type { Backend } from '@q/ir'
import { QError } from '@q/ir'
import { shellPath } from '../shell/shell-word.ts'
import { ownBackends } from '../wiring/backends.ts'

/**
 * Checks that a model file is not called as those of another family are: who copies a command line has changed the chip and not the name, or the other way round.
 *
 * @throws QError `OPTION_VALUE`
 */
export function checkModelName(model: string, { target, reader }: Pick<Backend, 'target' | 'reader'>): void {
  const name = model.toLowerCase()
  const own = reader?.endings ?? []
  const has = (endings: readonly string[]) => endings.find((ending) => name.endsWith(ending))
  if (own.length === 0 || has(own) !== undefined) return
  const other = ownBackends().find(({ reader: theirs }) => has(theirs?.endings ?? []) !== undefined)
  if (other === undefined) return
  const ending = has(other.reader!.endings)!
  // A chip's own ending stands behind that of the portable file.
  const wanted = own.at(ending === other.reader!.endings[0] ? 0 : -1)!
  throw new QError('OPTION_VALUE', `--model cannot be ${model}`, {
    at: ['--model'],
    found: `${ending}, the ending of model files for ${other.target.name}`,
    wanted: `a name for ${target.name}, such as m${own.at(-1)!}`,
    hint: `did you mean --model ${shellPath(`${model.slice(0, -ending.length)}${wanted}`)}, or another --chip?`,
    kind: 'usage',
  })
}
