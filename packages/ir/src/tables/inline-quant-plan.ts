import { QError } from '../errors.ts'
import { parseQuantPlan } from './parse-quant-plan.ts'
import { parseQuantMode, type QuantMode } from './quant-mode.ts'
import type { QuantPlan } from './quant-plan.ts'

/**
 * Reads a plan given on the command line: `name:mode,name:mode`.
 *
 * A name may hold colons (the last one parts it from the mode), but no commas.
 *
 * @param modes modes of the chip at hand, beside those that TPU-MLIR has
 * @throws QError `QUANT_PLAN_INLINE` for a part without name or mode, `QUANT_MODE_UNKNOWN` for a mode that is none.
 */
export function parseInlineQuantPlan(text: string, place = 'quantization plan', modes: readonly QuantMode[] = []): QuantPlan {
  const lines = text.split(',').map((part, index) => {
    const at = [place, `part ${index + 1}`]
    const colon = part.lastIndexOf(':')
    const name = part.slice(0, Math.max(colon, 0)).trim()
    if (name === '' || /\s/.test(name) || name.startsWith('#')) {
      throw new QError('QUANT_PLAN_INLINE', 'a part of the quantization plan is not `name:mode`', {
        at,
        found: part,
        wanted: 'for instance: conv1:F16,conv2:F16',
        hint: 'or name a file that holds the plan',
      })
    }
    return `${name} ${parseQuantMode(part.slice(colon + 1).trim(), at, modes)}\n`
  })
  return parseQuantPlan(lines.join(''), place, modes)
}

/**
 * A plan as `name:mode,name:mode`. Group sizes have no place there.
 *
 * @throws QError `QUANT_PLAN_INLINE` when a name holds a comma or an entry a group size.
 */
export function formatInlineQuantPlan(plan: Pick<QuantPlan, 'entries'>): string {
  return Array.from(plan.entries, ([name, { mode, groupSize }]) => {
    if (name.includes(',') || groupSize !== undefined) {
      throw new QError('QUANT_PLAN_INLINE', `the entry of ${name} cannot be written as \`name:mode\``, {
        found: name.includes(',') ? 'a comma in the name' : `group size ${groupSize}`,
        wanted: 'a name without a comma, and no group size',
        hint: 'write the plan to a file',
      })
    }
    return `${name}:${mode}`
  }).join(',')
}
