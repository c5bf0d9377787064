import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../workspace.mjs'

/** What `tools/vendor-check/sweep.mjs --output` wrote: of each form in each mode what our command, the chip's own lowering and its simulator said. */
const results = JSON.parse(readFileSync(join(root, 'tools/vendor-check/sweep-results.json'), 'utf8'))

/** A difference of this part of the largest number is one of the last places of float32. */
const lastPlaces = 1e-5

export const chipIntroduction = `
## On BM1684X

Each float operator in the forms of \`tools/vendor-check/sweep-forms.mjs\`, alone and with a ReLU behind it, compiled by TPU-MLIR 1.30.2 and run by its chip simulator beside ours, which is what
the table tells (\`node tools/vendor-check/sweep.mjs --vendor DIR --output tools/vendor-check/sweep-results.json\`): *equal* to the last bit; *last places* of float32, whose functions no two
programs compute alike; or by how much of the largest number a result differs (half precision depends on the order of additions). Truth values are compared with TPU-MLIR's interpreter, as a container
does not give them. *Refused* is refused by \`model_deploy\`, with the name of the layer; *not compiled* ends in the chip's compiler.
`

/** The table of operators by mode. */
export function chipTable() {
  const modes = Object.keys(results)
  const operators = new Set(modes.flatMap((mode) => Object.keys(results[mode]).map(operatorOf)))
  const rows = [...operators].sort().map((op) => `| **${op}** | ${modes.map((mode) => cellOf(mode, op)).join(' | ')} |`)
  return [`| operator | ${modes.join(' | ')} |`, `|---|${modes.map(() => '---|').join('')}`, ...rows].join('\n')
}

const operatorOf = (form) => /^[A-Za-z0-9]+/.exec(form)[0]

/** What became of the forms of an operator; those that are unlike the first are named. */
function cellOf(mode, op) {
  const byWord = new Map()
  for (const [form, found] of Object.entries(results[mode]).filter(([form]) => operatorOf(form) === op)) {
    const word = wordOf(found)
    byWord.set(word, [...(byWord.get(word) ?? []), form])
  }
  const most = [...byWord].sort(([, a], [, b]) => b.length - a.length)
  return most.map(([word, forms], i) => (i === 0 ? word : `${word}: ${forms.map((form) => `\`${form}\``).join(', ')}`)).join('; ')
}

function wordOf({ ours, own = '', chip = '' }) {
  if (ours !== undefined) return 'refused'
  if (chip.includes('ended with')) return 'not compiled'
  const told = /equal|differ/.test(chip) ? chip : own
  if (told.startsWith('equal')) return 'equal'
  const worst = Number(/by (\S+)/.exec(told)?.[1])
  return worst <= lastPlaces ? 'last places' : `within ${worst.toPrecision(1)}`
}
