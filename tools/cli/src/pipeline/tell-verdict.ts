import { placesText } from '../compare/equal-places.ts'
import { countText } from '../console/count-text.ts'
import type { Reporter } from '../console/reporter.ts'
import { type Agreement, areDead, type OutputAgreement } from './agreement.ts'
import type { LayerError } from './layer-errors.ts'
import type { LostInside } from './lost-inside.ts'
import type { MuteElements } from './mute-elements.ts'

/** Prints how a quantized model agrees with the float one, and which outputs miss. @param with what it was compared with, and on which samples */
export function tellAgreement({ samples, outputs, sameTop1, tolerance, lostInside }: Agreement, reporter: Reporter): void {
  for (const { name, worst, silent, notFinite, dead, unvaried, mute, places, ...likeness } of outputs) {
    const text = places === undefined ? likenessText(likeness) : placesText(places)
    reporter.print(`agreement with the float model on ${countText(samples, 'sample')}: ${name}: ${text}`)
    const least = places === undefined ? likenessText(worst) : placesText(places.worst)
    if (samples > 1) reporter.print(`  worst of them: ${least}: ${worst.sample}`)
    if (silent > 0)
      reporter.print(`  not counted: ${silent} ${silent === 1 ? 'sample' : 'samples'} on which both models give next to nothing`)
    if (notFinite > 0) reporter.print(`  ${notFinite} numbers are NaN or infinite and stand in no similarity`)
    if (mute !== undefined) reporter.note(muteLine(name, mute))
    if (unvaried && dead === undefined) reporter.print('  the float model chooses the same on all of them: others would say more')
    if (dead !== undefined) reporter.note(`warning: ${name} of the ${dead} model is the same for every input: its similarity says nothing`)
  }
  if (sameTop1 !== undefined) reporter.print(`same largest element: ${(100 * sameTop1).toFixed(1)} %`)
  if (areDead(outputs)) reporter.note('missed: every output is the same for every input')
  if (lostInside !== undefined) reporter.note(lostLine(lostInside, samples))
  const missed = outputs.filter(({ passed }) => !passed)
  const ofPlaces = missed.some(({ places }) => places !== undefined) ? `; of places ${100 * tolerance[1]} %` : ''
  if (missed.length > 0)
    reporter.note(
      `missed the tolerance (cosine ${tolerance[0]}, euclidean ${tolerance[1]}${ofPlaces}): ${missed.map(missedLine).join('; ')}`,
    )
}

/** A layer that overflows, whatever its outputs look like behind codes that hold its numbers back. */
const lostLine = ({ layer, op, dtype, numbers, largest, sample, samples }: LostInside, compared: number): string =>
  `missed: ${countText(numbers, 'number')} of layer ${layer} (${op}) are NaN or infinite in ${dtype} on ${sample}, as some are on ${samples} of ${countText(compared, 'sample')}; the float model reaches ${largest.toPrecision(4)} there`

/** What a similarity does not see where one element is far larger than the others. */
const muteLine = (name: string, { mute, elements, largest }: MuteElements): string =>
  `warning: ${mute} of the ${elements} elements of ${name} are the same for every input, though not in the float model: they share a scale with one that reaches ${largest.toPrecision(4)}, which is what the similarity measures; keep the layer that makes it in a float mode in the quantization table`

const likenessText = ({ cosine, sqnr }: Pick<OutputAgreement, 'cosine' | 'sqnr'>): string =>
  `cosine ${cosine.toFixed(6)}, SQNR ${sqnr.toFixed(1)} dB`

function missedLine({ name, cosine, euclidean, worst, dead, places }: OutputAgreement): string {
  const lost = worst.notFinite > 0 ? `, ${countText(worst.notFinite, 'number')} NaN or infinite in ${worst.sample}` : ''
  const alike = places === undefined ? `cosine ${cosine.toFixed(6)}, euclidean ${euclidean.toFixed(6)}` : placesText(places)
  return `${name} (${alike}${lost}${dead === 'quantized' ? ', the same for every input' : ''})`
}

/** How many of the worst layers are named. */
const mostNamed = 5

/** Says which layers lose what the outputs miss: where numbers stop being finite, where nothing depends on the input any more, and which layers lose most by themselves. */
export function tellLayers(errors: readonly LayerError[], reporter: Reporter): void {
  const overflow = errors.find(({ notFinite }) => notFinite > 0)
  if (overflow !== undefined) {
    const { layer, op, mode, notFinite, largest } = overflow
    reporter.note(
      `NaN or infinite first in layer ${layer} (${op}, ${mode}): ${notFinite} numbers; the float model reaches ${largest.toPrecision(4)} there`,
    )
  }
  const dead = errors.find((each) => each.dead !== undefined)
  if (dead !== undefined) reporter.note(`layer ${dead.layer} (${dead.op}) of the ${dead.dead} model makes the same of every input`)
  const worst = [...errors].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, mostNamed)
  reporter.event('worst layers', { layers: worst })
  if (worst.length === 0) return
  reporter.note('worst layers, by what each loses itself (signal to noise; behind it with all layers before quantized too):')
  for (const { layer, op, mode, own, ownNotFinite, accumulated, notFinite } of worst) {
    const alone = own === undefined ? 'not run alone' : lossText(own, ownNotFinite)
    reporter.note(`  ${layer} (${op}, ${mode}): ${alone}, accumulated ${lossText(accumulated, notFinite)}`)
  }
}

/** The less, the worse: numbers that are lost count for more than any noise. */
function rankOf({ own, ownNotFinite, accumulated, notFinite }: LayerError): number {
  const [loss, lost] = own === undefined ? [accumulated, notFinite] : [own, ownNotFinite]
  return lost > 0 ? Number.NEGATIVE_INFINITY : loss
}

/** Decibels are of what is finite, and say nothing of what is not. */
const lossText = (decibels: number, lost: number): string =>
  lost > 0 ? `${countText(lost, 'number')} NaN or infinite` : `${decibels.toFixed(1)} dB`
