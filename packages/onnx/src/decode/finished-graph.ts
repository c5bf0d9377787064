import { type DType, type Graph, type GraphInput, type InferredType, type Node, QError, type Value } from '@q/ir'
import type proto from 'onnx-proto'
import { isFloat, type Literal, tensorOf } from '../fold/literal.ts'
import { sourceOps } from '../ops/source-ops.ts'
import { elementTypes } from '../signature/element-types.ts'
import { checkHint } from './placed.ts'

/** What was read of a file when its last node was. */
export interface ReadParts {
  readonly name: string
  /** Names of the results, as the file has them. */
  readonly outputs: readonly string[]
  readonly graph: proto.onnx.IGraphProto
  readonly inputs: ReadonlyMap<string, InferredType>
  readonly constants: ReadonlyMap<string, Literal>
  readonly types: ReadonlyMap<string, InferredType>
  /** Tensors that are other ones under another name. */
  readonly aliases: ReadonlyMap<string, string>
  /** Tensors that an earlier node has made already. */
  readonly duplicates: ReadonlyMap<string, string>
  /** Results that do not give their name to the tensor they stand for. */
  readonly unnamed: ReadonlySet<string>
  readonly nodes: readonly Node[]
  typeOf(name: string): InferredType
}

/** The graph of what was read. @throws QError `ONNX_TENSOR_TYPE` where the file declares a result of another type than it has */
export function finishedGraph(parts: ReadParts): Graph {
  checkResults(parts)
  const { name, graph, inputs, aliases, constants, outputs, nodes: read, typeOf } = parts
  const renamed = namesOfResults(parts)
  const nameOf = (each: string): string => {
    const kept = parts.duplicates.get(each) ?? each
    return renamed.get(kept) ?? kept
  }
  const types = new Map(parts.types)
  for (const [from, to] of renamed) types.set(to, typeOf(from))
  const nodes = read.map(
    (node): Node => ({
      ...node,
      inputs: node.inputs.map((each) => (each === undefined ? each : nameOf(each))),
      outputs: node.outputs.map(nameOf),
    }),
  )
  const values = new Map<string, Value>()
  const addValue = (each: string): void => {
    if (values.has(each)) return
    const known = constants.get(each)
    if (known !== undefined) {
      const constant = tensorOf(known)
      values.set(each, { name: each, type: { dtype: constant.dtype, shape: constant.shape }, isConstant: true, constant })
    } else values.set(each, { name: each, type: types.get(each) ?? typeOf(each) })
  }
  const finalOutputs = outputs.map((output) => nameOf(aliases.get(output) ?? output))
  for (const each of inputs.keys()) addValue(each)
  for (const node of nodes) for (const each of [...node.inputs, ...node.outputs]) if (each !== undefined && each !== '') addValue(each)
  for (const each of finalOutputs) addValue(each)
  return { name, inputs: inputsOf(graph, inputs), outputs: finalOutputs, nodes, values, ops: sourceOps, properties: {} }
}

const kindOf = (dtype: DType): string => (isFloat(dtype) ? 'floats' : dtype === 'bool' ? 'truth values' : 'integers')

function checkResults({ graph, outputs, aliases, typeOf }: ReadParts): void {
  for (const { name, type } of graph.output ?? []) {
    const declared = elementTypes.get(type?.tensorType?.elemType ?? 0)
    if (name === undefined || name === null || declared === undefined || !outputs.includes(name)) continue
    const made = typeOf(aliases.get(name) ?? name).dtype
    if (kindOf(made) === kindOf(declared)) continue
    throw new QError('ONNX_TENSOR_TYPE', 'an output has another type than the file declares', {
      at: [name],
      found: kindOf(made),
      wanted: kindOf(declared),
      hint: checkHint,
    })
  }
}

/** Results that stand for a tensor of another name give it theirs. */
function namesOfResults({ outputs, aliases, unnamed, nodes }: ReadParts): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>()
  const madeHere = new Set(nodes.flatMap((node) => node.outputs))
  for (const output of outputs) {
    const source = unnamed.has(output) ? undefined : aliases.get(output)
    if (source !== undefined && madeHere.has(source) && !outputs.includes(source) && !renamed.has(source)) renamed.set(source, output)
  }
  return renamed
}

function inputsOf(graph: proto.onnx.IGraphProto, inputs: ReadonlyMap<string, InferredType>): readonly GraphInput[] {
  return (graph.input ?? []).flatMap(({ name }): GraphInput[] => {
    const type = inputs.get(name ?? '')
    if (type === undefined) return []
    // Floats of other widths are fed as float32 too; TPU-MLIR declares them so.
    if (isFloat(type.dtype)) return [{ name: name! }]
    // Chips have no 64-bit integers; TPU-MLIR declares such inputs as 32-bit ones.
    return [{ name: name!, sourceDtype: type.dtype === 'i64' ? 'i32' : type.dtype }]
  })
}
