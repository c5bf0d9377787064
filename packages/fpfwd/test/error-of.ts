import { isQError, type QError } from '@q/ir'

/** The error that something is refused with. */
export function errorOf(act: () => unknown): QError {
  try {
    act()
  } catch (error) {
    if (isQError(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}
