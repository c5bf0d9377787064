import { bm1684x } from '@q/backend-bm1684x'
import type { Backend } from '@q/ir'
import { didYouMean, QError } from '@q/ir'

/** The back ends this program knows. */
export const backends: readonly (() => Backend)[] = [() => bm1684x()]

/** Every chip name that is accepted, lower case. */
export function chipNames(): readonly string[] {
  return backends.flatMap((create) => {
    const { target } = create()
    return [target.name, ...(target.aliases ?? [])]
  })
}

/** The back end of a chip, whatever the case of its name. @throws QError `CHIP_UNKNOWN` listing those there are */
export function backendOf(chip: string): Backend {
  const wanted = chip.toLowerCase()
  for (const create of backends) {
    const backend = create()
    if (backend.target.name === wanted || backend.target.aliases?.includes(wanted) === true) return backend
  }
  throw new QError('CHIP_UNKNOWN', `there is no back end for the chip ${chip} yet`, {
    found: chip,
    wanted: chipNames().join(', '),
    hint: didYouMean(wanted, chipNames(), 'choose one of these'),
    kind: 'usage',
  })
}
