import { QError } from '@q/ir'
import type proto from 'onnx-proto'

/** Where the elements of a tensor lie in another file: that file below the model's folder, and the bytes in it. */
export interface ExternalPlace {
  readonly location: string
  readonly offset: number
  readonly length: number
}

/**
 * Reads the entries of a tensor that is stored elsewhere.
 *
 * @param size bytes of the tensor, which are taken where no length is given
 * @throws QError `ONNX_EXTERNAL_DATA` without a location, for one outside of the model's folder, and for numbers that are none
 */
export function externalPlace(source: proto.onnx.ITensorProto, size: number, at: readonly string[]): ExternalPlace {
  const entry = (key: string): string | undefined => source.externalData?.find((each) => each.key === key)?.value ?? undefined
  const location = entry('location')
  if (location === undefined || location === '') {
    throw new QError('ONNX_EXTERNAL_DATA', 'external data without a location', {
      at,
      found: source.externalData?.map(({ key }) => key).join(', ') || 'no entries',
      wanted: 'the entry location',
      hint: 'save the model again, with its weights in the file',
    })
  }
  if (!isInside(location)) throw outside(location, at)
  const bytesOf = (key: string, without: number): number => {
    const text = entry(key)
    if (text === undefined) return without
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value)) return value
    throw new QError('ONNX_EXTERNAL_DATA', `the ${key} of external data is no number of bytes`, {
      at,
      found: JSON.stringify(text),
      wanted: 'decimal digits, 2^53 - 1 at most',
      hint: 'save the model again, with its weights in the file',
    })
  }
  return { location, offset: bytesOf('offset', 0), length: bytesOf('length', size) }
}

/** The error for external data that a model wants from a place that is not its own. */
const outside = (location: string, at: readonly string[]): QError<'ONNX_EXTERNAL_DATA'> =>
  new QError('ONNX_EXTERNAL_DATA', "external data outside of the model's folder is not read", {
    at,
    found: location,
    wanted: "a path below the model's folder",
    hint: 'put the file beside the model, and save the model with its name alone',
  })

/** Whether a path, written for whichever system, stays below the folder that it starts in. */
function isInside(location: string): boolean {
  if (/^([/\\]|[A-Za-z]:)|\p{Cc}/u.test(location)) return false
  return !location.split(/[/\\]/).includes('..')
}
