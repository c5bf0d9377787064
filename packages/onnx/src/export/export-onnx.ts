import type { DType, Graph, Node, TensorType } from '@q/ir'
import { layerOf, QError, valueOf } from '@q/ir'
import { encodeModel } from '../encode/encode-model.ts'
import { onnxOpset } from '../signature/written-ops.ts'
import type { KernelForms } from './kernel-forms.ts'
import { everywhereExact } from './kernel-forms.ts'
import { carrierOf, shiftOf } from './onnx/carriers.ts'
import type { OnnxBuilder } from './onnx/onnx-builder.ts'
import { growingModel } from './translate-part.ts'

/** How to write an ONNX file. */
export interface ExportOptions {
  /** Names of the outputs, in order. @default those of the graph */
  readonly outputNames?: readonly string[]
  /** Element types of the inputs, in order, where they are not the graph's; numbers are cast. @default those of the graph */
  readonly inputTypes?: readonly (DType | undefined)[]
  /** Storage of integer weights. @default unsigned, which the kernels of every processor compute exactly */
  readonly kernels?: KernelForms
}

/**
 * A canonical graph, float or quantized, as an ONNX file of operator set 21 that ONNX Runtime 1.18 and newer runs: standard operators
 * only. Results are those of the operators' definitions: a quantized graph's integers are computed as integers.
 *
 * Inputs and outputs have the graph's names. Floats of 16 bits travel as float32 numbers that are rounded after each operator;
 * inputs and outputs of such types are float32. Codes have their own type at inputs and outputs. Values between have the graph's names where
 * an ONNX value stands for them; signed codes do so with 128 added.
 *
 * @throws QError `ONNX_EXPORT` with every node that cannot be written exactly, besides those of `encodeModel`
 */
export function exportOnnx(graph: Graph, { outputNames, inputTypes, kernels = everywhereExact }: ExportOptions = {}): Uint8Array {
  // The last bits of a float network are anybody's; what is rounded in a quantized one hangs on them.
  const model = growingModel(graph, { precision: 'exact', kernels, keepsOperators: graph.properties['stage'] !== 'quantized' })
  const { build } = model.t
  const names = new Map<string, string>()
  const inputs = new Map<string, string>()
  for (const [i, { name }] of graph.inputs.entries()) {
    const { type } = valueOf(graph, name)
    const id = build.input({ dtype: inputTypes?.[i] ?? outside(type), shape: type.shape })
    names.set(id, name)
    inputs.set(name, id)
    model.carry(name, entering(build, id, type))
  }
  const refused = graph.nodes.filter((node) => !model.add(node))
  if (refused.length > 0) throw unwritten(refused, graph)

  const taken = new Set(names.values())
  const outputs = graph.outputs.map((name, i) => {
    const { type } = valueOf(graph, name)
    const wanted = outputNames?.[i] ?? name
    const input = inputs.get(wanted)
    // An output that is an input under its own name is that input, which ONNX allows.
    if (input !== undefined && wanted === name && build.typeOf(input).dtype === outside(type)) return input
    if (taken.has(wanted)) throw nameTaken(wanted)
    const left = leaving(build, model.t.carried(name), type)
    // Any other output is made by a node of its own, not by an input, a constant or another output.
    const isFree = !names.has(left) && build.isMade(left)
    const id = isFree ? left : build.node('Identity', [left], build.typeOf(left))
    names.set(id, wanted)
    taken.add(wanted)
    return id
  })
  for (const [name, id] of model.carried) {
    if (!names.has(id) && !taken.has(name)) names.set(id, free(name, taken))
  }
  return encodeModel(build.build(graph.name, outputs, names), { opset: onnxOpset })
}

/** The element type of a value outside of the model. */
const outside = ({ dtype }: TensorType): TensorType['dtype'] => (dtype === 'f16' || dtype === 'bf16' ? 'f32' : dtype)

/** An input as it travels. */
function entering(build: OnnxBuilder, id: string, type: TensorType): string {
  const shift = shiftOf(type.dtype)
  if (shift === 0) return build.cast(id, carrierOf(type))
  const wide = { dtype: 'i32', shape: type.shape } as const
  return build.cast(build.node('Add', [build.cast(id, 'i32'), build.numbers('i32', shift)], wide), carrierOf(type))
}

/** What travels, as the graph declares it. */
function leaving(build: OnnxBuilder, id: string, type: TensorType): string {
  const shift = shiftOf(type.dtype)
  if (shift === 0) return build.cast(id, outside(type))
  const wide = { dtype: 'i32', shape: type.shape } as const
  return build.cast(build.node('Sub', [build.cast(id, 'i32'), build.numbers('i32', shift)], wide), outside(type))
}

/** A name that is not taken yet: the wanted one, or with a number behind it. */
function free(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let number = 1; taken.has(name); number++) name = `${wanted}_${number}`
  taken.add(name)
  return name
}

const nameTaken = (name: string): QError =>
  new QError('ONNX_EXPORT', `two values of an ONNX file cannot both be called ${name}`, {
    at: [name],
    found: `an output ${name}, and an input of another element type or an output of that name before it`,
    wanted: 'outputs with names of their own',
    hint: 'leave the output away, or give it another name',
  })

/** Whether another mode would make a node another one: a float node has none. */
const hasMode = ({ inputs, outputs }: Node, { values }: Graph): boolean =>
  [...inputs, ...outputs].some((name) => {
    const type = name === undefined ? undefined : values.get(name)?.type
    return type?.quant !== undefined || type?.dtype === 'f16' || type?.dtype === 'bf16'
  })

function unwritten(nodes: readonly Node[], graph: Graph): QError {
  return new QError('ONNX_EXPORT', `standard ONNX cannot say ${nodes.length === 1 ? 'a node' : `${nodes.length} nodes`} exactly`, {
    at: nodes.map(layerOf),
    found: [...new Set(nodes.map(({ op }) => op))].join(', '),
    wanted: 'operators that standard ONNX computes to the same bits',
    hint: nodes.some((node) => hasMode(node, graph))
      ? 'quantize these layers in another mode, or keep them in float with a quantize table'
      : 'cut the network before these layers, or make them of operators that ONNX has',
  })
}
