import { type Diagnostic, QError } from '../errors.ts'
import { readHeaderLine } from './header-lines.ts'
import { parseQuantMode, type QuantMode } from './quant-mode.ts'
import type { QuantPlan, QuantPlanEntry, QuantPlanHeader, QuantPlanLine } from './quant-plan.ts'

const headerForms: readonly (readonly [key: keyof QuantPlanHeader, form: RegExp])[] = [
  ['generatedTime', /^# (?:genetated|generated) time: (.*)$/],
  ['samples', /^# sample number: (.*)$/],
  ['chip', /^# chip: (\S+)/],
  ['mixMode', /^# chip: \S+ +mix_mode: (\S+)$/],
]

const entryForm = /^(\S+)\s+(\S+)(?:\s+(-?\d+))?$/

/**
 * Reads a qtable the way the compiler (TPU-MLIR 1.30.2) does: lines `name mode` or `name mode group-size`; blank lines and
 * comments (`#`) mean nothing; of two lines for one name the last counts (reported in `diagnostics`).
 *
 * @param place where the text comes from (a file name), for messages
 * @param modes modes of the chip at hand, beside those that TPU-MLIR has
 * @throws QError `QUANT_PLAN_LINE` for any other line, `QUANT_MODE_UNKNOWN` for a mode that is none.
 */
export function parseQuantPlan(text: string, place = 'quantization plan', modes: readonly QuantMode[] = []): QuantPlan {
  const endsWithNewline = text.endsWith('\n')
  const texts = text === '' ? [] : (endsWithNewline ? text.slice(0, -1) : text).split('\n')
  const header: { [key in keyof QuantPlanHeader]?: string } = {}
  const fingerprints: string[] = []
  const entries = new Map<string, QuantPlanEntry>()
  const diagnostics: Diagnostic[] = []

  const lines = texts.map((raw, index): QuantPlanLine => {
    const line = raw.replaceAll('\r', '')
    if (line.startsWith('#')) {
      readHeaderLine(line, headerForms, header, fingerprints)
      return { kind: 'comment', text: raw }
    }
    if (line.trim() === '') return { kind: 'blank', text: raw }
    const at = [place, `line ${index + 1}`]
    const [, name, mode, group] = entryForm.exec(line) ?? []
    if (name === undefined || mode === undefined) throw lineError(line, at)
    const entry: QuantPlanEntry = { mode: parseQuantMode(mode, at, modes), ...(group === undefined ? {} : { groupSize: Number(group) }) }
    if (entries.has(name)) {
      diagnostics.push({ level: 'warning', code: 'QUANT_PLAN_REPEATED', message: `${name} was named before; this line counts`, at })
    }
    entries.set(name, entry)
    return { kind: 'entry', name, entry, text: raw }
  })
  return { entries, header, fingerprints, lines, endsWithNewline, diagnostics }
}

function lineError(line: string, at: readonly string[]): QError {
  return new QError('QUANT_PLAN_LINE', 'a line of the quantization plan is not `name mode` or `name mode group-size`', {
    at,
    found: line.length > 100 ? `${line.slice(0, 97)}...` : line,
    wanted: 'for instance: conv1 F16',
    hint: /^\s|\s$/.test(line) ? 'take away the blanks at the ends of the line' : 'mend the line, or start it with # to make it a comment',
  })
}
