import type { Tensor } from '@q/ir'
import { QError } from '@q/ir'
import { outputLikeness } from '../compare/output-likeness.ts'

/** What a sample keeps at least, in dB, however a picture is decoded and resized: other tools round otherwise there. */
const sameSample = 40

/**
 * Refuses a reference that was computed from another sample than the one that is fed: such files hold the inputs beside what was made of them.
 *
 * @param files the reference and the sample
 * @throws QError `TEST_REFERENCE_OTHER`
 */
export function checkSameSample(
  reference: ReadonlyMap<string, Tensor>,
  inputs: ReadonlyMap<string, Tensor>,
  [referenceFile, inputFile]: readonly [string, string],
): void {
  for (const [name, fed] of inputs) {
    const held = reference.get(name)
    if (held === undefined) continue
    const found = differenceOf(held, fed)
    if (found === undefined) continue
    throw new QError('TEST_REFERENCE_OTHER', `${referenceFile} was computed from another sample than ${inputFile}`, {
      at: [referenceFile, name],
      found,
      wanted: `the tensors that the float model makes of ${inputFile}`,
      hint: 'give the --test_result that model_transform wrote for this --test_input, or leave --test_reference out: the float model is run then',
    })
  }
}

/** How what the reference holds differs from what is fed; nothing where it does not. */
function differenceOf(held: Tensor, fed: Tensor): string | undefined {
  if (held.data.length !== fed.data.length) return `an input of shape [${held.shape}], where [${fed.shape}] is fed`
  // As an output is compared: what is not finite has to be so in both.
  const { cosine, sqnr } = outputLikeness(held, fed)
  return sqnr >= sameSample ? undefined : `an input that differs from what is fed (cosine ${cosine.toFixed(6)}, SQNR ${sqnr.toFixed(1)} dB)`
}
