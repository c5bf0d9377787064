import { QError } from '../errors.ts'
import { parseQuantPlan } from './parse-quant-plan.ts'
import type { QuantMode } from './quant-mode.ts'
import type { QuantPlan, QuantPlanEntry } from './quant-plan.ts'
import { isTableName } from './table-name.ts'

/** Entries by layer name, in the order they are to be printed. */
export type QuantPlanEntries = Iterable<readonly [name: string, entry: QuantPlanEntry]>

interface PlanParts {
  readonly chip: string
  /** `YYYY-MM-DD HH:MM:SS.ffffff`, see {@link formatTimestamp}. Without it the plan carries no time. */
  readonly generatedTime?: string
  /** Samples the search ran. Without it the plan does not say. */
  readonly samples?: number
  /** Fingerprint of the graph, as a comment that other readers skip. */
  readonly fingerprint?: string
}

/** What a table in the classic form (`<layer> <mode>` lines) is made of. */
export interface ClassicQuantPlanParts extends PlanParts {
  /** The mode the listed layers were meant for; the header names it. */
  readonly mixMode: QuantMode
  readonly entries: QuantPlanEntries
}

/** What a table in the extended form is made of. */
export interface ExtendedQuantPlanParts extends PlanParts {
  /** Layers listed because of a pattern found in the graph. */
  readonly patternLayers?: QuantPlanEntries
  /** Layers listed because they compute shapes. */
  readonly shapeLayers?: QuantPlanEntries
  /** Layers listed by a person or a search. */
  readonly customLayers?: QuantPlanEntries
  /** What the header says of partial quantization. @default 'None' */
  readonly partQuantMode?: string
  /** Lines about the patterns found. */
  readonly patternLog?: readonly string[]
}

/**
 * A plan in the form TPU-MLIR wrote up to release 1.22, and still does for layers kept in float by hand.
 *
 * @throws QError `QUANT_PLAN_NAME_INVALID` for a name a plan cannot hold.
 */
export function createClassicQuantPlan({ chip, generatedTime, samples, fingerprint, mixMode, entries }: ClassicQuantPlanParts): QuantPlan {
  const rows = Array.from(entries)
  return fromLines([
    ...(generatedTime === undefined ? [] : [`# genetated time: ${generatedTime}`]),
    ...(samples === undefined ? [] : [`# sample number: ${samples}`]),
    `# chip: ${chip}  mix_mode: ${mixMode}`,
    ...(fingerprint === undefined ? [] : [`# q fingerprint: ${fingerprint}`]),
    `# number of ${mixMode} layer: ${rows.filter(([, { mode }]) => mode === mixMode).length}`,
    '###',
    '# op_name   quantize_mode',
    ...rows.map(entryLine),
  ])
}

/**
 * A plan in the form of TPU-MLIR 1.30.2: three lists.
 *
 * A layer in several lists is written once, custom before shape before pattern; the counts in the header are those of the lists as given.
 *
 * @throws QError `QUANT_PLAN_NAME_INVALID` for a name a plan cannot hold.
 */
export function createExtendedQuantPlan(parts: ExtendedQuantPlanParts): QuantPlan {
  const { chip, generatedTime, samples, fingerprint, partQuantMode = 'None', patternLog = [] } = parts
  const pattern = Array.from(parts.patternLayers ?? [])
  const shape = Array.from(parts.shapeLayers ?? [])
  const custom = Array.from(parts.customLayers ?? [])
  const customNames = new Set(custom.map(([name]) => name))
  const shapeNames = new Set(shape.map(([name]) => name))
  return fromLines([
    ...(generatedTime === undefined ? [] : [`# generated time: ${generatedTime}`]),
    ...(samples === undefined ? [] : [`# sample number: ${samples}`]),
    `# chip: ${chip}`,
    ...(fingerprint === undefined ? [] : [`# q fingerprint: ${fingerprint}`]),
    `# total layers: ${pattern.length + shape.length + custom.length} (unique list blow)`,
    `# number of shape layers: ${shape.length}`,
    `# number of pattern layers: ${pattern.length}`,
    `# number of custom layers: ${custom.length}`,
    `# # part_quant_mode: ${partQuantMode}`,
    '###',
    ...(patternLog.length === 0 ? [] : [...patternLog.map((line) => `# ${line}`), '###']),
    '# op_name   quantize_mode',
    '# pattern layers',
    ...pattern.filter(([name]) => !customNames.has(name) && !shapeNames.has(name)).map(entryLine),
    '# shape layers',
    ...shape.filter(([name]) => !customNames.has(name)).map(entryLine),
    '# custom layers',
    ...custom.map(entryLine),
  ])
}

function fromLines(lines: readonly string[]): QuantPlan {
  // Modes of a chip are known to who makes a plan.
  const modes = lines.flatMap((line) => (line.startsWith('#') ? [] : (line.split(' ')[1] ?? [])))
  return parseQuantPlan(`${lines.join('\n')}\n`, 'quantization plan', modes)
}

function entryLine([name, { mode, groupSize }]: readonly [string, QuantPlanEntry]): string {
  if (!isTableName(name)) {
    throw new QError('QUANT_PLAN_NAME_INVALID', `a quantization plan cannot hold the name "${name}"`, {
      found: JSON.stringify(name),
      wanted: 'a name without white space and control characters that does not start with #',
      hint: 'rename this layer in the model',
    })
  }
  return groupSize === undefined ? `${name} ${mode}` : `${name} ${mode} ${groupSize}`
}
