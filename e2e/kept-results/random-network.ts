import { type Graph, type OpForm, parseGraph, type Target } from '@q/ir'
import { blocks, image, patterns } from './network-blocks.ts'

/** Picks an item. */
export const pick = <T>(items: readonly T[], roll: () => number): T => items[Math.floor(roll() * items.length)]!

/** Share of blocks that are made for a chip's own passes. */
const patternShare = 0.15

/**
 * A network of blocks around operators that a chip declares, each behind the one before or behind an earlier one, with one or two inputs and outputs.
 *
 * @param size number of blocks
 */
export function randomNetwork(target: Target, size: number, roll: () => number): Graph {
  const forms = Object.keys(target.ops) as OpForm[]
  const isDeclared = (text: string): boolean =>
    [...text.matchAll(/= ([A-Z]\w*)\(/g)].every(([, op]) => forms.some((form) => form === op || form === `${op}#constant`))
  const inputs = roll() < 0.2 ? ['x', 'x2'] : ['x']
  const lines = inputs.map((name) => `${name}: f32[${image}]`)
  const images = [...inputs]
  while (images.length < inputs.length + size) {
    const place = { x: roll() < 0.7 ? images.at(-1)! : pick(images, roll), other: pick(images, roll), y: `v${images.length}`, roll }
    const form = pick(forms, roll)
    const block = roll() < patternShare ? pick(patterns, roll) : blocks[form]
    const text = block === undefined ? `${place.y} = ${form}(${place.x})` : block(place)
    if (!isDeclared(text)) continue
    lines.push(text)
    images.push(place.y)
  }
  const outputs = new Set([images.at(-1)!, ...(roll() < 0.5 ? [pick(images.slice(inputs.length), roll)] : [])])
  return parseGraph([...lines, `return ${[...outputs].join(', ')}`].join('\n'))
}
