import { isQError, QError } from '@q/ir'

/** What to do about a file that contradicts itself. */
export const checkHint = 'check the model with onnx.checker, and export it again'

/** Runs a step; what it throws says where in the model it was. */
export function placed<T>(at: readonly string[], step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (isQError(error)) {
      throw new QError(error.code, error.message, {
        at: error.at[0] === at[0] ? error.at : [at[0]!, ...(error.at.length > 0 ? error.at : at.slice(1))],
        kind: error.kind,
        cause: error.cause,
        ...(error.found === undefined ? {} : { found: error.found }),
        ...(error.wanted === undefined ? {} : { wanted: error.wanted }),
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      })
    }
    throw new QError('ONNX_BAD_NODE', 'a node of the model makes no sense', {
      at,
      found: error instanceof Error ? error.message : String(error),
      hint: checkHint,
      cause: error,
    })
  }
}
