import { QError } from '../errors.ts'
import { suggest } from '../suggest.ts'
import type { CalibrationTable } from './calibration-table.ts'
import type { QuantPlan } from './quant-plan.ts'

/** What a graph has to say about the names in a calibration table. */
export interface CalibrationNames {
  /** Values that must have a row. */
  readonly required: Iterable<string>
  /** Values that may have one. */
  readonly optional?: Iterable<string>
  /** Every other name of the model. With none of `optional` and `known`, only missing rows are looked for. */
  readonly known?: Iterable<string>
  /** Fingerprint of the graph. */
  readonly fingerprint?: string
  /** Where the table comes from, for messages. */
  readonly place?: string
}

/** What a graph has to say about the names in a plan. */
export interface PlanNames {
  readonly fingerprint?: string
  readonly place?: string
}

const mostShown = 10

/**
 * Refuses a calibration table that does not belong to the graph.
 *
 * @throws QError `CALIBRATION_TABLE_STALE` when table and graph both have a fingerprint and they differ.
 * @throws QError `CALIBRATION_TABLE_MISMATCH` naming the missing rows and the names the model does not have, ten of each at most,
 *   with the nearest names beside them.
 */
export function checkCalibrationTable(table: CalibrationTable, names: CalibrationNames): void {
  const { place = 'calibration table' } = names
  checkFingerprint('CALIBRATION_TABLE_STALE', 'the calibration table was made for another graph', {
    place,
    ofPictures: 'the calibration table was made with other preprocessing of pictures',
    ofSeveral: 'the calibration table says that it was made for several graphs',
    found: table.fingerprints,
    wanted: names.fingerprint,
    hint: 'calibrate this model, or take the "# q fingerprint" line out to use it all the same',
  })
  const required = new Set(names.required)
  const known = new Set([...required, ...(names.optional ?? []), ...(names.known ?? [])])
  const missing = [...required].filter((name) => !table.entries.has(name))
  const checksUnknown = names.optional !== undefined || names.known !== undefined
  const unknown = checksUnknown ? [...table.entries.keys()].filter((name) => !known.has(name)) : []
  if (missing.length === 0 && unknown.length === 0) return
  // a name that fits nothing on one side most likely belongs to one that fits nothing on the other
  const spareRows = unknown.length > 0 ? unknown : [...table.entries.keys()]
  const spareNames = missing.length > 0 ? missing : [...known]
  const sentences: string[] = []
  const unread = unreadRows(table, new Set(missing))
  if (unread.length > 0) {
    const listed = unread.slice(0, mostShown).map(({ name, line, text }) => `${name} (line ${line}: "${text}")`)
    sentences.push(`rows that cannot be read, for want of three finite numbers: ${listed.join(', ')}`)
  }
  const absent = missing.filter((name) => !unread.some((each) => each.name === name))
  if (absent.length > 0) {
    const listed = list(absent, (near) => `the table has ${near}`, spareRows)
    sentences.push(`no row for ${count(absent, 'value')} of the model: ${listed}`)
  }
  if (unknown.length > 0) {
    const listed = list(unknown, (near) => `did you mean ${near}?`, spareNames)
    sentences.push(`rows for ${count(unknown, 'name')} the model does not have: ${listed}`)
  }
  throw new QError('CALIBRATION_TABLE_MISMATCH', `the calibration table does not fit the model: ${sentences.join('; ')}`, {
    at: [place],
    found: `${table.entries.size} rows, ${unknown.length} of them unknown to the model`,
    wanted: `a row for each of ${count([...required], 'value')}`,
    hint:
      absent.length === 0 && unknown.length === 0
        ? 'write numbers that the layer reaches in these rows, such as -1e4 for the -inf of a mask, or calibrate with q run_calibration'
        : 'give the table that was made for this model, or calibrate again',
  })
}

/**
 * Refuses a plan that names layers the graph does not have (the vendor's compiler passes over them in silence).
 *
 * @throws QError `QUANT_PLAN_STALE` when plan and graph both have a fingerprint and they differ.
 * @throws QError `QUANT_PLAN_UNKNOWN_NAMES` naming ten of them at most, with the nearest names beside them.
 */
export function checkQuantPlan(plan: QuantPlan, knownNames: Iterable<string>, names: PlanNames = {}): void {
  const { fingerprint, place = 'quantization plan' } = names
  checkFingerprint('QUANT_PLAN_STALE', 'the quantization plan was made for another graph', {
    place,
    ofPictures: 'the quantization plan was made with other preprocessing of pictures',
    ofSeveral: 'the quantization plan says that it was made for several graphs',
    found: plan.fingerprints,
    wanted: fingerprint,
    hint: 'search a plan for this model, or take the "# q fingerprint" line out to use it all the same',
  })
  const known = new Set(knownNames)
  const unknown = [...plan.entries.keys()].filter((name) => !known.has(name))
  if (unknown.length === 0) return
  const listed = list(unknown, (near) => `did you mean ${near}?`, [...known])
  const layers = count(unknown, 'layer')
  throw new QError('QUANT_PLAN_UNKNOWN_NAMES', `the quantization plan names ${layers} the model does not have: ${listed}`, {
    at: [place],
    found: `${unknown.length} of ${plan.entries.size} names unknown`,
    wanted: 'names of layers of this model',
    hint: 'mend or remove these lines, or give the plan that was made for this model',
  })
}

/** Lines that name a value and are no rows: those of numbers that are not finite. */
function unreadRows(
  { lines }: CalibrationTable,
  names: ReadonlySet<string>,
): readonly { readonly name: string; readonly line: number; readonly text: string }[] {
  return lines.flatMap(({ kind, text }, index) => {
    const name = text.trim().split(/\s+/, 1)[0]!
    return kind === 'ignored' && names.has(name) ? [{ name, line: index + 1, text: text.trim().slice(0, 100) }] : []
  })
}

interface Fingerprints {
  /** What is said where the graphs are the same, and what is done to pictures is not. */
  readonly ofPictures: string
  /** What is said where fingerprints contradict each other. */
  readonly ofSeveral: string
  readonly place: string
  readonly found: readonly string[]
  readonly wanted: string | undefined
  readonly hint: string
}

function checkFingerprint(code: string, message: string, { place, ofPictures, ofSeveral, found, wanted, hint }: Fingerprints): void {
  if (found.length === 0 || wanted === undefined || found.join() === wanted) return
  const isJoined = found.length > 1
  const [[graph, pictures], [wantedGraph, wantedPictures]] = [isJoined ? [] : found[0]!.split('-'), wanted.split('-')]
  // Only one of them may know what is done to pictures: a table made of arrays, a model read without it.
  if (graph === wantedGraph && (pictures === undefined || wantedPictures === undefined)) return
  throw new QError(code, isJoined ? ofSeveral : graph === wantedGraph ? ofPictures : message, {
    at: [place],
    found: `fingerprint ${found.join(' and ')}`,
    wanted: `fingerprint ${wanted}`,
    hint,
  })
}

function count(names: readonly string[], noun: string): string {
  return `${names.length} ${noun}${names.length === 1 ? '' : 's'}`
}

/** The first names, each with what `say` makes of the nearest of `others`, and how many more there are. */
function list(names: readonly string[], say: (near: string) => string, others: readonly string[]): string {
  const shown = names.slice(0, mostShown).map((name) => {
    const near = suggest(name, others, 2)
    return near.length === 0 ? name : `${name} (${say(near.join(' or '))})`
  })
  const more = names.length - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}
