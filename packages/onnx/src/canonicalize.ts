import { type Attrs, floatOps, type Graph, type Value } from '@q/ir'
import { draftOf } from '@q/ir/graph'
import { convert } from './convert/convert.ts'
import { nameValues } from './convert/name-values.ts'
import { literalOf } from './fold/literal.ts'
import { applyRules } from './net/rules.ts'
import { runPasses } from './passes/passes.ts'
import { patterns } from './patterns/patterns.ts'
import { simplify } from './simplify/simplify.ts'
import { withoutStoredResults } from './simplify/stored-results.ts'

/** Properties of every canonical graph of an ONNX model. */
const properties: Attrs = { stage: 'float', platform: 'ONNX' }

/**
 * The decoded network in canonical form: float operators only, values named `<tensor>_<OpType>` as TPU-MLIR 1.30.2 names its
 * layers, everything float32.
 *
 * Order: simplification under ONNX names, patterns of several ONNX operators, naming, conversion, and the rewrites that
 * decide the layers. After this no layer is renamed.
 */
export function canonicalize(graph: Graph): Graph {
  const net = draftOf(withoutStoredResults(graph))
  net.prune()
  simplify(net)
  applyRules(net, patterns)
  nameValues(net)
  convert(net)
  runPasses(net)
  return allFloat(net.finish({ ops: floatOps, properties: { ...graph.properties, ...properties } }))
}

/** Every value as float32, numbers that float32 cannot hold excepted; no shape without axes. */
function allFloat(graph: Graph): Graph {
  const values = new Map<string, Value>()
  for (const [name, value] of graph.values) {
    const shape = value.type.shape.length === 0 ? [1] : value.type.shape
    if (value.constant === undefined) {
      values.set(name, { ...value, type: { ...value.type, dtype: 'f32', shape } })
      continue
    }
    const { data } = literalOf(value.constant)
    const constant =
      value.type.dtype === 'f64' && data.length === 1
        ? { ...value.constant, shape }
        : { dtype: 'f32' as const, shape, data: data instanceof Float32Array ? data : Float32Array.from(data) }
    values.set(name, { ...value, type: { dtype: constant.dtype, shape }, constant })
  }
  return { ...graph, values }
}
