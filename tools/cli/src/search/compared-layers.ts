import { QError } from '@q/ir'
import type { ComparedValue } from '@q/mixprec'

/**
 * The layers that are compared in place of the outputs: `layer1,layer2`, or all with weights that add up to 1, `layer1:0.3,layer2:0.7`.
 *
 * Adds in double precision and in the order given, as the original tool does: 0.7, 0.2, 0.1 are refused, 0.1, 0.2, 0.7 are not.
 *
 * @returns nothing for an empty text: the outputs are compared
 * @throws QError `COMPARE_LAYERS`
 */
export function parseComparedLayers(text: string): readonly ComparedValue[] | undefined {
  if (text.trim() === '') return undefined
  const entries = text.split(',').map((entry) => entry.trim())
  const isWeighted = entries.some((entry) => entry.includes(':'))
  if (!isWeighted) return entries.map((name) => ({ name: nameOf(name, text) }))
  const values = entries.map((entry): Required<Pick<ComparedValue, 'name' | 'weight'>> => {
    const at = entry.lastIndexOf(':')
    const weight = Number(entry.slice(at + 1))
    if (at < 0 || entry.slice(at + 1).trim() === '' || !Number.isFinite(weight) || weight < 0)
      throw refused('format', text, 'a weight of at least 0 behind every layer, or behind none')
    return { name: nameOf(entry.slice(0, at), text), weight }
  })
  const sum = values.reduce((total, { weight }) => total + weight, 0)
  if (sum !== 1)
    throw refused('rate', `${text}, which adds up to ${sum}`, 'weights that add up to 1 in double precision; try the small ones first')
  return values
}

function nameOf(name: string, text: string): string {
  if (name.trim() === '') throw refused('format', text, 'names joined by commas')
  return name.trim()
}

function refused(what: 'format' | 'rate', found: string, wanted: string): QError {
  return new QError('COMPARE_LAYERS', `global_compare_layers ${what} error`, {
    at: ['--global_compare_layers'],
    found,
    wanted,
    hint: 'write layer1,layer2 or layer1:0.3,layer2:0.7',
    kind: 'usage',
  })
}
