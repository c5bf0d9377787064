import { text } from '../define.ts'

/** What becomes of an element and the update for it: the update alone, their sum, product, or the smaller or larger of both. */
export const scatterReduction = { reduction: text(['none', 'add', 'mul', 'min', 'max'], 'none') }
