import { errorAt, isQError, QError } from '@q/ir'
import type { InputShapes } from './input-types.ts'

/** What to do about a file that contradicts itself. */
export const checkHint = 'check the model with onnx.checker, and export it again'

/** The error of operands that do not fit each other, said of a network whose input shapes were given: these are what the reader can change. */
export function tellingOfShapes(error: unknown, given: InputShapes | undefined): unknown {
  if (given === undefined || !isQError(error) || !error.code.startsWith('SHAPE_')) return error
  const hint = `check --input_shapes, ${JSON.stringify(given)}: the network may be made for other sizes; else ${error.hint ?? checkHint}`
  return errorAt(error, error.at, error.message, hint)
}

const isOfTheEngine = (error: unknown): boolean =>
  [TypeError, RangeError, SyntaxError, ReferenceError].some((kind) => error instanceof kind)

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
      // What the engine says of the program's inside tells nobody what is wrong with a node.
      found: isOfTheEngine(error)
        ? 'attributes and operands that do not fit each other'
        : error instanceof Error
          ? error.message
          : String(error),
      wanted: 'a node as ONNX defines it',
      hint: checkHint,
      cause: error,
    })
  }
}
