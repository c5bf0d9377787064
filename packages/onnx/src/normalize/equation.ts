import type { FormView } from './form.ts'

/** An equation with a letter for every axis that an ellipsis stands for. */
export function lettersOf(equation: string, shapes: readonly (readonly number[])[]) {
  const [left, right] = equation.replaceAll(' ', '').split('->') as [string, string?]
  const terms = left.split(',')
  const hidden = shapes.map((shape, i) => shape.length - terms[i]!.replace('...', '').length)
  const most = Math.max(0, ...terms.flatMap((term, i) => (term.includes('...') ? [hidden[i]!] : [])))
  const ellipsis = Array.from({ length: most }, (_, i) => `.${i}`)
  const letters = (term: string, count = most): readonly string[] => {
    const [before, after] = term.split('...') as [string, string?]
    return after === undefined ? [...before] : [...before, ...ellipsis.slice(most - count), ...after]
  }
  const operands = terms.map((term, i) => letters(term, hidden[i]))
  const all = operands.flat()
  const once = [...new Set(all)].filter((each) => !each.startsWith('.') && all.filter((other) => other === each).length === 1).sort()
  return { operands, result: right === undefined ? [...ellipsis, ...once] : letters(right) }
}

/**
 * An equation with a letter for every axis, from `a` on in the order in which they stand: `...id,...jd` of two matrices is `ab,cb->ac`.
 *
 * @returns undefined where a letter stands for axes of several sizes, or twice in one operand
 */
export function plainEquation({ inputs, type, attrs }: Pick<FormView, 'inputs' | 'type' | 'attrs'>): string | undefined {
  const shapes = inputs.map((_, i) => type(i).shape)
  const { operands, result } = lettersOf(String(attrs['equation']), shapes)
  const sizes = new Map<string, number>()
  const isPlain = operands.every(
    (letters, i) =>
      letters.length === shapes[i]!.length &&
      new Set(letters).size === letters.length &&
      letters.every((letter, axis) => {
        const size = shapes[i]![axis]!
        if (!sizes.has(letter)) sizes.set(letter, size)
        return sizes.get(letter) === size
      }),
  )
  if (!isPlain || operands.length !== shapes.length || !result.every((letter) => sizes.has(letter)) || sizes.size > 26) return undefined
  const names = new Map([...sizes.keys()].map((letter, i) => [letter, String.fromCharCode(97 + i)]))
  const written = (letters: readonly string[]): string => letters.map((letter) => names.get(letter)).join('')
  return `${operands.map(written).join()}->${written(result)}`
}
