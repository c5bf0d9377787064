import type { ErrorKind } from '@q/ir'

/** What the exit code of a command says. */
export const exitCodes = {
  done: 0,
  tolerance: 1,
  usage: 2,
  input: 3,
  target: 4,
  'file-system': 5,
  /** A defect of this program. */
  defect: 70,
  interrupted: 130,
} as const satisfies Record<ErrorKind | 'done' | 'defect', number>
