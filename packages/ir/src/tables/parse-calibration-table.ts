import { type Diagnostic, QError } from '../errors.ts'
import type { CalibrationHeader, CalibrationLine, CalibrationRow, CalibrationTable } from './calibration-table.ts'
import { readHeaderLine } from './header-lines.ts'
import { oddRowWarnings } from './odd-rows.ts'

type Section = 'main' | 'int4' | 'asymmetric-ops' | 'int4-ops' | 'weight-scales'
type Warn = (code: string, message: string) => void

/** Words that switch the section when a comment holds them; the first found counts (TPU-MLIR 1.30.2 behaviour). */
const sectionWords: readonly (readonly [word: string, section: Section])[] = [
  ['#weight_scale', 'weight-scales'],
  ['#int4_th', 'int4'],
  ['#tpu-mlir-fp8', 'main'],
  ['mqbench-fp8', 'main'],
  ['asym_op', 'asymmetric-ops'],
  ['int4_op', 'int4-ops'],
]

const headerForms: readonly (readonly [key: keyof CalibrationHeader, form: RegExp])[] = [
  ['version', /^# mlir version: (.*?)(?: cali version 1\.0)?$/],
  ['mlirFile', /^# mlir: (.*)$/],
  ['generatedTime', /^# (?:genetated|genertated|generated) time: (.*)$/],
  ['method', /^# quantization threshold calculation method: (.*)$/],
  ['histogramBins', /^# histogram number: (.*)$/],
  ['samples', /^# sample number: (.*)$/],
  ['tune', /^# tune number: (.*)$/],
  ['madeFor', /^# q made for: *(\S+)$/],
]

const rowForm = /^(\S+)\s+([-0-9.e]+)\s+([-0-9.e]+)\s+([-0-9.e]+)$/
/** An infinity among the numbers of a row. */
const infinityForm = /(?<=\s-?)inf(?=\s|$)/
/** What the compiler puts in its place. */
const infinity = '6.5e4'

/**
 * Reads a TPU-MLIR calibration table the way the compiler (1.30.2) does.
 *
 * Comments (`#`) may switch the section; a row is a name and three numbers made of the characters `-0-9.e`; a single `inf`
 * among them counts as 65000; of two rows with one name the first counts. Whatever else the compiler passes over in silence
 * is kept for printing and reported in `diagnostics`.
 *
 * @param place where the text comes from (a file name), for messages
 * @throws QError `CALIBRATION_TABLE_NOT_TEXT` when the text is not a text file's.
 */
export function parseCalibrationTable(text: string, place = 'calibration table'): CalibrationTable {
  if (text.includes('\0')) {
    throw new QError('CALIBRATION_TABLE_NOT_TEXT', 'the calibration table holds zero bytes, so it is no text file', {
      at: [place],
      found: `a zero byte in line ${text.slice(0, text.indexOf('\0')).split('\n').length}`,
      wanted: 'lines `name threshold min max`',
      hint: 'give the table that calibration wrote',
    })
  }
  const endsWithNewline = text.endsWith('\n')
  const texts = text === '' ? [] : (endsWithNewline ? text.slice(0, -1) : text).split('\n')
  const diagnostics: Diagnostic[] = []
  const header: { [key in keyof CalibrationHeader]?: string } = {}
  const fingerprints: string[] = []
  let section: Section = 'main'
  let fp8 = false
  const seen = new Set<Section>()

  const lines = texts.map((raw, index): CalibrationLine => {
    const line = raw.replaceAll('\r', '')
    const warn: Warn = (code, message) => {
      diagnostics.push({ level: 'warning', code, message, at: [place, `line ${index + 1}`] })
    }
    if (line.startsWith('#')) {
      const next = sectionOf(line)
      if (next !== undefined) {
        section = next[1]
        seen.add(section)
        fp8 ||= next[0].includes('fp8')
      } else readHeaderLine(line, headerForms, header, fingerprints)
      return { kind: 'comment', text: raw }
    }
    if (line.trim() === '') return { kind: 'blank', text: raw }
    return readLine(line, section, raw, warn) ?? { kind: 'ignored', text: raw }
  })

  const names = (wanted: Section) =>
    seen.has(wanted) ? lines.flatMap((line) => (line.kind === 'name' && line.section === wanted ? [line.name] : [])) : undefined
  const asymmetricOps = names('asymmetric-ops')
  const int4Ops = names('int4-ops')
  const entries = rowsOf(lines, 'main', place, diagnostics)
  const int4 = rowsOf(lines, 'int4', place, diagnostics)
  const weightScales = new Map(lines.flatMap((line) => (line.kind === 'weight-scales' ? [[line.name, line.scales] as const] : [])))
  diagnostics.push(...oddRowWarnings(lines, place))
  if (entries.size === 0) {
    diagnostics.push({
      level: 'warning',
      code: 'CALIBRATION_TABLE_NO_ROWS',
      message: 'no line reads `name threshold min max`',
      at: [place],
    })
  }
  return { entries, int4, fp8, asymmetricOps, int4Ops, weightScales, header, fingerprints, lines, endsWithNewline, diagnostics }
}

function sectionOf(comment: string): (typeof sectionWords)[number] | undefined {
  return sectionWords.find(([word]) => comment.includes(word))
}

/** Whether a comment line starts a section of the table. */
export function isSectionLine(comment: string): boolean {
  return sectionOf(comment) !== undefined
}

/** The meaning of a line that is neither blank nor a comment; `undefined` when it has none. */
function readLine(line: string, section: Section, text: string, warn: Warn): CalibrationLine | undefined {
  if (section === 'asymmetric-ops' || section === 'int4-ops') return { kind: 'name', section, name: line.trim(), text }
  if (section === 'weight-scales') {
    const [name = '', count, ...scales] = line.trim().split(/\s+/)
    const numbers = scales.map(Number)
    if (Number(count) === numbers.length && !numbers.some(Number.isNaN)) return { kind: 'weight-scales', name, scales: numbers, text }
    warn('CALIBRATION_LINE_IGNORED', `this line is passed over: "${shorten(line)}" is not a name, a count and that many scales`)
    return undefined
  }
  // one replacement only: the compiler makes good a single infinity of a row and passes over a row with more
  const finite = line.replace(infinityForm, infinity)
  const [, name = '', ...fields] = rowForm.exec(finite) ?? []
  const [threshold = NaN, min = NaN, max = NaN] = fields.map(Number)
  if (Number.isNaN(threshold + min + max)) {
    warn('CALIBRATION_LINE_IGNORED', `this line is passed over: "${shorten(line)}" is not \`name threshold min max\`${reason(line)}`)
    return undefined
  }
  if (finite !== line) warn('CALIBRATION_INFINITE', `an infinite number of ${name} is taken as ${infinity}`)
  return { kind: 'row', section, name, row: { threshold, min, max }, text }
}

function reason(line: string): string {
  if (/^\s|\s$/.test(line)) return ' (blanks at its ends)'
  if (/\snan(\s|$)/i.test(line)) return ' (nan is not a number)'
  if (line.replace(infinityForm, '') !== line) return ' (more than one infinity)'
  if (/e\+/i.test(line)) return ' (a plus sign in an exponent is not read)'
  return ''
}

function shorten(line: string): string {
  return line.length > 100 ? `${line.slice(0, 97)}...` : line
}

function rowsOf(
  lines: readonly CalibrationLine[],
  section: 'main' | 'int4',
  place: string,
  diagnostics: Diagnostic[],
): Map<string, CalibrationRow> {
  const rows = new Map<string, CalibrationRow>()
  lines.forEach((line, index) => {
    if (line.kind !== 'row' || line.section !== section) return
    if (!rows.has(line.name)) rows.set(line.name, line.row)
    else {
      const message = `a second row for ${line.name} is passed over`
      diagnostics.push({ level: 'warning', code: 'CALIBRATION_ROW_REPEATED', message, at: [place, `line ${index + 1}`] })
    }
  })
  return rows
}
