import { QError } from '@q/ir'
import type { Signature } from '../signature/signature.ts'

/** The newest version of ONNX's operator set whose operators are known here. */
const newestOpset = 28

const hint = 'export the model anew: its operators are not those of the version that it names'

/**
 * Refuses an operator that the version of the operator set does not have: what it would mean is not said anywhere.
 *
 * @throws QError `ONNX_UNSUPPORTED`
 */
export function checkVersion({ name, since, until, isOnnx }: Signature, opset: number, at: readonly string[]): void {
  if (!isOnnx || (since <= opset && opset <= until)) return
  throw new QError('ONNX_UNSUPPORTED', `version ${opset} of ONNX's operator set has no operator ${name}`, {
    at,
    found: name,
    wanted: opset < since ? `version ${since} or a newer one` : `version ${until} or an older one`,
    hint,
  })
}

/**
 * The version of ONNX's own operator set that a file is written in.
 *
 * @param opsets versions by domain
 * @throws QError `ONNX_UNSUPPORTED` where the file names none, or one that is not known
 */
export function ownOpset(opsets: ReadonlyMap<string, number>, place: string): number {
  const version = opsets.get('')
  if (version !== undefined && version >= 1 && version <= newestOpset) return version
  throw new QError('ONNX_UNSUPPORTED', 'the version of the operator set of the file is not known', {
    at: [place],
    found: version === undefined ? "no version of ONNX's own operator set" : `version ${version}`,
    wanted: `version 1 to ${newestOpset}`,
    hint: 'export the model for a version that is known here, or check the download',
  })
}
