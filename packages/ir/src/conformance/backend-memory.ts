import type { Backend } from '../contracts/backend.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { checkNames } from './backend-names-case.ts'
import { checkNeighbours } from './backend-neighbours-case.ts'
import { checkOtherNetworks } from './backend-other-networks-case.ts'
import { checkKeptResults } from './backend-resolver-case.ts'
import type { ConformanceRunner } from './runner.ts'

/** Which share of the examinations of a group of modes falls to one of them. */
interface Share {
  /** Place of the mode in its group. */
  readonly place: number
  /** Modes of the group. */
  readonly of: number
}

/** The share of a mode: all, where it is in no group. */
export function shareOf(mode: QuantMode, alike: readonly (readonly QuantMode[])[]): Share {
  const group = alike.find((modes) => modes.includes(mode)) ?? [mode]
  return { place: group.indexOf(mode), of: group.length }
}

/** Registers what shows that a back end remembers nothing that changes, and that names are nothing but names; modes of one group have a part of it each. */
export function describeMemory({ it }: ConformanceRunner, create: () => Backend, mode: QuantMode, share: Share): void {
  const isMine = (turn: number): boolean => turn % share.of === share.place
  if (isMine(0)) it('follows ranges and modes of each layer and of its neighbours', async () => checkNeighbours(create, mode))
  if (isMine(1)) it('keeps nothing from plan to plan that another plan or range changes', async () => checkKeptResults(create, mode, 1))
  it('keeps nothing from network to network', async () => checkOtherNetworks(create, mode, isMine))
  for (const seed of [1, 2, 3])
    if (isMine(seed + 1))
      it(`computes the same whatever layers and constants are called (${seed})`, async () => checkNames(create, mode, seed))
}
