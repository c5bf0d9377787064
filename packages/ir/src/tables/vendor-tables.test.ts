import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { formatCalibrationTable } from './calibration-table.ts'
import { createCalibrationTable } from './create-calibration-table.ts'
import { createClassicQuantPlan, createExtendedQuantPlan } from './create-quant-plan.ts'
import { parseCalibrationTable } from './parse-calibration-table.ts'
import { parseQuantPlan } from './parse-quant-plan.ts'
import { formatQuantPlan, type QuantPlan } from './quant-plan.ts'

const shared = process.env.Q_SHARED ?? fileURLToPath(new URL('../../../../../shared', import.meta.url))
const root = join(shared, 'reference')
const present = existsSync(root)

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\.(log|npz|json|md|mlir)$|loss_table\.txt$|qtable_loss\.txt$/.test(file))
}

const files = present ? filesUnder(root) : []
const calibrationFiles = files.filter((file) => /cali_table/.test(basename(file)) || /\/cali_tables[^/]*\/(?!.*qtable)/.test(file))
const planFiles = files.filter((file) => /qtable/.test(basename(file)) && !/cali_table/.test(basename(file)))
const plain = calibrationFiles.filter((file) => {
  const text = readFileSync(file, 'utf8')
  return text.includes(' cali version 1.0\n') && !/ -?inf( |\n)/.test(text) && !/# op_name.*\n# symmetric_op/.test(text)
})
const short = (file: string) => file.slice(root.length + 1)

describe.skipIf(!present)(`the vendor's calibration tables${present ? '' : ' (skipped: no ../shared/reference)'}`, () => {
  it('there are hundreds of them', () => {
    expect(calibrationFiles.length).toBeGreaterThan(200)
    expect(plain.length).toBeGreaterThan(100)
  })

  it.each(calibrationFiles.map(short))('%s prints back byte for byte', (file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const table = parseCalibrationTable(text, file)
    expect(formatCalibrationTable(table)).toBe(text)
    const dataLines = text.split('\n').filter((line) => /^[^#\s]\S*( +[^\si]+){3}\s*$/.test(line))
    const rows = table.lines.filter((line) => line.kind === 'row')
    expect(rows.length).toBe(dataLines.length)
  })

  it.each(plain.map(short))('%s can be made from its parts', (file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const { entries, int4, fp8, asymmetricOps, int4Ops, header, lines } = parseCalibrationTable(text)
    const texts = lines.map((line) => line.text)
    const symmetric = texts.indexOf('# symmetric_op')
    const after = texts.slice(symmetric + 1)
    const symmetricOps = after.slice(0, after.indexOf('') < 0 ? undefined : after.indexOf('')).map((line) => line.slice(2))
    const made = createCalibrationTable({
      version: header.version ?? '',
      mlirFile: header.mlirFile ?? '',
      method: header.method ?? '',
      histogramBins: Number(header.histogramBins),
      samples: Number(header.samples),
      tune: Number(header.tune),
      entries,
      fp8,
      ...(header.generatedTime === undefined ? {} : { generatedTime: header.generatedTime }),
      ...(text.includes('#int4_th') ? { int4 } : {}),
      ...(asymmetricOps === undefined ? {} : { asymmetricOps }),
      ...(symmetric < 0 ? {} : { symmetricOps }),
      ...(int4Ops === undefined ? {} : { int4Ops }),
    })
    expect(formatCalibrationTable(made)).toBe(text)
  })
})

/** The entries between two comment lines. */
function between(plan: QuantPlan, from: string, to: string | undefined) {
  const texts = plan.lines.map((line) => line.text)
  return plan.lines
    .slice(texts.indexOf(from), to === undefined ? undefined : texts.indexOf(to))
    .flatMap((line) => (line.kind === 'entry' ? [[line.name, line.entry] as const] : []))
}

describe.skipIf(!present)(`the vendor's quantization plans${present ? '' : ' (skipped: no ../shared/reference)'}`, () => {
  it('there are dozens of them', () => {
    expect(planFiles.length).toBeGreaterThan(30)
  })

  it.each(planFiles.map(short))('%s prints back byte for byte, and can be made from its parts', (file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const plan = parseQuantPlan(text, file)
    expect(formatQuantPlan(plan)).toBe(text)
    const { generatedTime, samples, chip, mixMode } = plan.header
    const countedWrongByHand = file.endsWith('yolov8s_qtable')
    if (chip === undefined || countedWrongByHand) return
    const parts = {
      chip,
      ...(generatedTime === undefined ? {} : { generatedTime }),
      ...(samples === undefined ? {} : { samples: Number(samples) }),
    }
    if (mixMode === 'F16' || mixMode === 'F32') {
      expect(formatQuantPlan(createClassicQuantPlan({ ...parts, mixMode, entries: plan.entries }))).toBe(text)
      return
    }
    const [, log = ''] = /\n###\n((?:#(?!##| op_name).*\n)*)###\n# op_name/.exec(text) ?? []
    const made = createExtendedQuantPlan({
      ...parts,
      partQuantMode: /# # part_quant_mode: (.*)/.exec(text)?.[1] ?? '',
      patternLog: log
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.slice(2)),
      patternLayers: between(plan, '# pattern layers', '# shape layers'),
      shapeLayers: between(plan, '# shape layers', '# custom layers'),
      customLayers: between(plan, '# custom layers', undefined),
    })
    expect(formatQuantPlan(made)).toBe(text)
  })
})
