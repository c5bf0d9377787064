import type { CalibrationTable, Graph, Plan, QuantMode, Resolved } from '@q/ir'
import { isQError, QError, resolve } from '@q/ir'
import { verifyQuantized } from '@q/ir/graph'
import { checkRunnable } from '@q/ir/resolve'
import { oddRow } from '@q/ir/tables'
import type { Chip } from '../chips/choose-chip.ts'
import type { Reporter } from '../console/reporter.ts'
import { messageOf } from '../modules/foreign-code.ts'

/** What holds for all layers of a quantized graph. */
export interface QuantizationSettings {
  /** Codes with zero points. */
  readonly asymmetric: boolean
  /** Delicate operators in a wider type. */
  readonly highPrecision: boolean
}

/** What a graph is quantized by. */
export interface Quantization extends QuantizationSettings {
  /** Mode of layers the plan does not name. */
  readonly mode: QuantMode
  readonly table?: CalibrationTable
  /** The file of the table, for messages. */
  readonly tableFile?: string
  readonly plan?: Plan
}

/** Codes of errors about the structure of a graph: where a model was read without one, they are about what a back end returned. */
const structural = /^(?:ATTR|GRAPH|OPERAND|SHAPE)_|^OP_UNKNOWN$|^QUANT_(?:OPERAND|RESULT|SHARED|CODES|SLICES|LISTS)$/

/**
 * The quantized graph of a float one for a chip; what there is to know about it is reported. Graphs that a module's back end made are verified.
 *
 * @throws QError of `resolve`; `BACKEND_FAILED` when a module's back end returns what cannot be used
 */
export function resolveForChip(
  graph: Graph,
  { backend, file }: Chip,
  quantization: Quantization,
  reporter: Pick<Reporter, 'diagnostic'>,
): Resolved {
  const { table, tableFile, plan = new Map(), mode, asymmetric, highPrecision } = quantization
  try {
    const resolved = resolve(graph, table?.entries, plan, backend, { mode, asymmetric, highPrecision })
    for (const diagnostic of resolved.diagnostics) reporter.diagnostic(diagnostic)
    if (file !== undefined) verifyQuantized(resolved.graph)
    return resolved
  } catch (thrown) {
    const error = tellingOfRow(thrown, table, tableFile)
    if (file === undefined || (isQError(error) && !structural.test(error.code))) throw error
    const { at, found } = isQError(error) ? error : { at: [], found: undefined }
    throw new QError('BACKEND_FAILED', `the graph cannot be made of what the back end ${backend.name} returns`, {
      at: [file, 'resolve', ...at],
      found: [messageOf(error), ...(found === undefined ? [] : [found])].join(': '),
      wanted: 'nodes and values as docs/write-a-backend.md describes them',
      hint: 'examine the back end with backendConformance of @q/ir/conformance; Q_DEBUG=1 shows where',
      cause: error,
    })
  }
}

/** Codes of errors that a row of a calibration table may be the reason of. */
const ofRows: ReadonlySet<string> = new Set(['RANGE_INVALID', 'RANGE_MISSING'])

/** The error, said of the row of the table that is at fault, where one is. */
function tellingOfRow(error: unknown, table: CalibrationTable | undefined, tableFile = 'calibration table'): unknown {
  if (!isQError(error) || !ofRows.has(error.code) || table === undefined) return error
  const layer = error.at.at(-1)
  const row = layer === undefined ? undefined : oddRow(table, layer)
  if (row === undefined) return error
  return new QError('RANGE_INVALID', `no scale can be made of the row of ${layer}: ${row.fault}`, {
    at: [tableFile, `line ${row.line}`, ...error.at],
    found: row.text,
    wanted: 'a threshold above zero, and a least number below the largest',
    hint: 'mend this row, calibrate again, or keep the layer in a float mode in the quantization table',
    cause: error,
  })
}

/** Refuses before calibration what no table can help. @throws QError `OP_UNSUPPORTED`, `MODE_UNSUPPORTED` */
export function checkForChip(
  graph: Graph,
  { backend }: Chip,
  mode: QuantMode,
  plan: Plan = new Map(),
  { asymmetric, highPrecision }: QuantizationSettings = usualSettings,
): void {
  checkRunnable(graph, plan, backend, { mode, asymmetric, highPrecision })
}

/** Where the user asks for nothing else. */
export const usualSettings: QuantizationSettings = { asymmetric: false, highPrecision: false }
