import type { Node } from '@q/ir'
import { derived, lax, selects } from '../codec/field.ts'
import type { ReadForm, Spelling, WriteForm } from '../codec/spelling.ts'

/** A search of the host for places, which is told the largest elements. */
const searchOf = ({ node, readersOf }: WriteForm): Node | undefined =>
  readersOf(node.outputs[0]!).find(({ op, inputs }) => op === 'ArgMax' && inputs[1] === node.outputs[0])

const holdsElements = ({ resultTypes: [result] }: ReadForm): boolean => result!.quant !== undefined || result!.dtype === 'bf16'

const axisOf = ({ operation }: ReadForm): number => {
  const axis = operation.attributes.get('axis')
  return axis?.kind === 'int' ? Number(axis.value) : 0
}

/** The elements lie as codes of their own scale: nothing is requantized. */
const asTheyAre = { mode: 'max', multipliers: [1], shifts: [0] } as const
const isAsTheyAre = ({ attrs }: WriteForm): boolean =>
  Object.entries(asTheyAre).every(([key, value]) => String(attrs[key]) === String(value)) &&
  attrs['requantize'] === 'multiplier-shift' &&
  attrs['relu'] === false

const largest = (op: string, codes: boolean): Spelling => ({
  op,
  name: 'Arg',
  results: 2,
  fields: [
    derived('i64', 'axis', ({ attrs }) => (attrs['axes'] as readonly number[])[0]),
    derived('bool', 'keepdims', (form) => searchOf(form)?.attrs['keepdims'] ?? true),
    selects('string', 'mode', 'ArgMax'),
    lax('bool', 'select_last_index', false),
    lax('bool', 'use_int_input', false),
  ],
  reads: (form) => holdsElements(form) && (form.resultTypes[0]!.quant !== undefined) === codes,
  read: (form) => ({ attrs: { axes: [axisOf(form)], keepdims: true, ...(codes ? asTheyAre : {}) } }),
  writes: (form) =>
    form.properties['quantizeInputsOnHost'] === true &&
    (form.attrs['axes'] as readonly number[]).length === 1 &&
    form.attrs['keepdims'] === true &&
    (!codes || isAsTheyAre(form)) &&
    searchOf(form) !== undefined,
})

/**
 * The largest elements along an axis that a program beside the chip finds the places of: the text calls the chip's part of that search a search too, though
 * its result is the elements.
 */
export const largestElements: readonly Spelling[] = [largest('QReduce', true), largest('ReduceMax', false)]
