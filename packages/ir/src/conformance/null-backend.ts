import type { Backend } from '../contracts/backend.ts'
import { defineTarget, type OpModes } from '../contracts/target.ts'
import type { OpForm } from '../graph/op-form.ts'
import { printGraph } from '../graph/text/print-graph.ts'
import { floatOps } from '../ops/op-set.ts'
import { loweredTo } from '../resolve/lower-context.ts'

const float: OpModes = { F32: 'F32' }

/** The smallest back end: computes every float operator in float32, and its files are the graph's text form and its values. */
export function nullBackend(): Backend {
  const names = [...floatOps.keys()]
  return {
    name: 'null',
    target: defineTarget({
      name: 'null',
      modes: ['F32'],
      schemes: { F32: { kind: 'float', dtype: 'f32' } },
      defaultFloat: 'F32',
      floatModes: ['F32'],
      ops: Object.fromEntries(names.map((name) => [name, float])) as Readonly<Partial<Record<OpForm, OpModes>>>,
      rangeSteps: [],
      tolerance: { F32: [1, 1] },
    }),
    lower: Object.fromEntries(
      names.map((name) => [
        name,
        (node, context) =>
          loweredTo(
            node,
            node.outputs.map((output) => ({ name: output, type: context.typeOf(output) })),
          ),
      ]),
    ),
    emit: (graph, { name }) => ({
      files: new Map([
        [`${name}.txt`, new TextEncoder().encode(printGraph(graph))],
        [`${name}.json`, new TextEncoder().encode(JSON.stringify([...graph.values.values()]))],
      ]),
      diagnostics: [],
    }),
  }
}
