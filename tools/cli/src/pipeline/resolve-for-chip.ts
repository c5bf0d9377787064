import type { CalibrationTable, Graph, Plan, QuantMode, Resolved } from '@q/ir'
import { isQError, QError, resolve } from '@q/ir'
import { verifyQuantized } from '@q/ir/graph'
import { checkRunnable } from '@q/ir/resolve'
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
  const { table, plan = new Map(), mode, asymmetric, highPrecision } = quantization
  try {
    const resolved = resolve(graph, table?.entries, plan, backend, { mode, asymmetric, highPrecision })
    for (const diagnostic of resolved.diagnostics) reporter.diagnostic(diagnostic)
    if (file !== undefined) verifyQuantized(resolved.graph)
    return resolved
  } catch (error) {
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
