import type { Attrs, DType, Graph, Node, Tensor, TensorType, Value } from '@q/ir'
import { attributesOf, edgesOf, QError } from '@q/ir'
import { definitionOf } from '@q/ir/graph'
import type { MlirAttributes, MlirModule, MlirOperation, MlirType } from '../text/mlir-module.ts'
import { checkNames, checkOutputs, checkShapes, checkWeight, describe, isConstant } from './check-written.ts'
import type { ElementSpelling } from './element-types.ts'
import { mlirTypeOf } from './element-types.ts'
import { attributeOf, constantKey, writeFields } from './field.ts'
import { argumentShape, writePreprocess } from './preprocess.ts'
import { type PlannedWeight, weightsByName } from './shared-weights.ts'
import { sourcePlaces } from './source-places.ts'
import type { Spelling, SpellingBook, WriteForm } from './spelling.ts'

export interface WriteGraphOptions {
  readonly books: readonly SpellingBook[]
  readonly attributes: MlirAttributes
  /** Whether constants without elements are allowed; they are then missing in `weights`. */
  readonly allowMissingWeights: boolean
  /** Attributes of weights, by name. */
  readonly weightAttributes?: ReadonlyMap<string, MlirAttributes>
}

export interface WrittenGraph {
  readonly module: MlirModule
  /** The weights that the text names, in its order. */
  readonly weights: ReadonlyMap<string, Tensor>
}

/** Turns a graph into a module, with the spellings of its dialects. */
export function writeGraph(
  graph: Graph,
  { books, attributes, allowMissingWeights, weightAttributes = new Map() }: WriteGraphOptions,
): WrittenGraph {
  const operations: MlirOperation[] = []
  const weights = new Map<string, Tensor>()
  const types = new Map<string, MlirType>()
  const valueOf = (name: string, user: string): Value => graph.values.get(name) ?? missingValue(name, user)
  const codesOf = new Map<string, ElementSpelling['codes']>()
  const typeOf = (name: string, spelling: ElementSpelling = {}): MlirType => {
    const known = types.get(name)
    if (known !== undefined) return known
    const type = mlirTypeOf(valueOf(name, name).type, [name], { codes: codesOf.get(name), ...spelling } as ElementSpelling)
    types.set(name, type)
    return type
  }
  checkNames(graph)
  checkOutputs(graph)
  const edges = edgesOf(graph)
  const planned = graph.nodes.map((node) => planNode(node, { graph, edges, books }))

  const writeWeight = ({ name, type, constant, elementName }: PlannedWeight): void => {
    if (weights.has(name) || types.has(name)) return
    checkWeight(name, type, constant, allowMissingWeights)
    if (constant !== undefined) weights.set(name, constant)
    types.set(name, mlirTypeOf(type, [name], elementName === undefined ? {} : { name: elementName }))
    operations.push(operation('top.Weight', [name], [], weightAttributes.get(name) ?? new Map(), [], [types.get(name)!]))
  }

  if (planned.some(({ inputs }) => inputs.includes(undefined))) {
    operations.push({ ...operation('top.None', [noneName], [], new Map(), [], [{ kind: 'none' }]), location: undefined })
  }
  const argumentsOf = new Map(
    graph.inputs.map(({ name, sourceDtype, preprocess }, k) => {
      const { shape, dtype } = valueOf(name, name).type
      if (dtype === 'i32') typeOf(name, { name: 'si32' })
      const type = mlirTypeOf(
        { dtype: sourceDtype ?? 'f32', shape: argumentShape(preprocess, shape) },
        [name],
        sourceDtype === 'i32' ? { name: 'si32' } : {},
      )
      return [name, { name: `arg#${k}`, type, location: undefined, preprocess }]
    }),
  )
  const plannedWeights = weightsByName(planned.flatMap(({ weights: needed }) => [...needed.values()]))
  const writeSource = (name: string): void => {
    const argument = argumentsOf.get(name)
    if (argument === undefined) writeWeight(plannedWeights.get(name)!)
    else
      operations.push(
        operation('top.Input', [name], [argument.name], writePreprocess(argument.preprocess), [argument.type], [typeOf(name)]),
      )
  }
  const places = sourcePlaces(
    graph,
    planned.map(({ weights: needed }) => new Set(needed.keys())),
  )
  planned.forEach((plan, k) => {
    places[k]!.forEach(writeSource)
    const { node, spelling, inputs, form } = plan
    if (spelling.codes !== undefined) for (const output of node.outputs) codesOf.set(output, spelling.codes)
    const idle = Array.from({ length: Math.max(0, (spelling.results ?? 0) - node.outputs.length) }, (_, k) => `${node.outputs[0]}#${k}`)
    const typesOf = (list: readonly (string | undefined)[]) =>
      list.map((each) => (each === undefined ? ({ kind: 'none' } as const) : typeOf(each)))
    operations.push({
      ...operation(
        `${plan.dialect}.${spelling.name}`,
        [...node.outputs, ...idle],
        inputs.map((input) => input ?? noneName),
        new Map([...writeFields(spelling.fields, form.attrs, form), ...(spelling.writeAttributes?.(form) ?? [])]),
        typesOf(inputs),
        typesOf([...node.outputs, ...idle.map(() => undefined)]),
      ),
      location: node.outputs,
    })
  })
  places.at(-1)!.forEach(writeSource)
  return {
    module: {
      name: graph.name,
      attributes,
      arguments: [...argumentsOf.values()],
      resultTypes: graph.outputs.map((output) => typeOf(output)),
      operations,
      returns: graph.outputs,
      endsWithBlankLine: true,
    },
    weights,
  }
}

const noneName = 'none#'

interface PlannedNode {
  readonly node: Node
  readonly dialect: string
  readonly spelling: Spelling
  readonly form: WriteForm
  readonly inputs: readonly (string | undefined)[]
  readonly weights: ReadonlyMap<string, PlannedWeight>
}

/** What a node is written in the middle of. */
interface Surroundings {
  readonly graph: Graph
  readonly edges: ReturnType<typeof edgesOf>
  readonly books: readonly SpellingBook[]
}

function planNode(node: Node, { graph, edges, books }: Surroundings): PlannedNode {
  const at = [node.outputs[0] ?? node.op]
  const type = (name: string): TensorType => (graph.values.get(name) ?? missingValue(name, at[0]!)).type
  const replaced = new Map<string, { readonly type: TensorType; readonly constant: Tensor | undefined }>()
  const attrs: Attrs = attributesOf(node, definitionOf(node, graph.ops))
  const form: WriteForm = {
    node,
    at,
    attrs,
    properties: graph.properties,
    inputs: node.inputs,
    outputTypes: node.outputs.map(type),
    typeOf: type,
    constantOf: (name) => graph.values.get(name)?.constant,
    isConstant: (name) => isConstant(graph.values.get(name)),
    makerOf: (name) => edges.producer.get(name)?.op,
    readersOf: (name) => edges.consumers.get(name) ?? [],
    replace(name, newType, constant) {
      replaced.set(name, { type: newType, constant })
      return name
    },
  }
  checkShapes(node, graph, form)
  const { spelling, dialect } = choose(form, books)
  const dropped = new Set((spelling.constants ?? []).filter(({ keepsPlace }) => keepsPlace !== true).map(({ at: place }) => place))
  const kept = new Set((spelling.constants ?? []).filter(({ keepsPlace }) => keepsPlace === true).map(({ at: place }) => place))
  const inputs =
    spelling.writeInputs !== undefined
      ? [...spelling.writeInputs(form)]
      : node.inputs.flatMap((input, k) => (dropped.has(k) ? [] : [kept.has(k) ? undefined : input]))
  while (inputs.length < (spelling.operands ?? 0)) inputs.push(undefined)
  const filled: WriteForm = { ...form, attrs: { ...attrs, ...constantAttributes(spelling, form) } }
  const weights = new Map<string, PlannedWeight>()
  inputs.forEach((input, k) => {
    if (input === undefined || !(replaced.has(input) || form.isConstant(input))) return
    const value = replaced.get(input) ?? graph.values.get(input)!
    weights.set(input, { name: input, type: value.type, constant: value.constant, elementName: spelling.elementName?.(form, k) })
  })
  return { node, dialect, spelling, form: filled, inputs, weights }
}

function constantAttributes({ constants = [] }: Spelling, form: WriteForm): Attrs {
  return Object.fromEntries(constants.map(({ at, name }) => [constantKey(name), Number(form.constantOf(form.inputs[at]!)!.data[0]!)]))
}

function choose(form: WriteForm, books: readonly SpellingBook[]): { readonly spelling: Spelling; readonly dialect: string } {
  for (const { dialect, byOp } of books) {
    const spelling = byOp.get(form.node.op)?.find((each) => fits(each, form))
    if (spelling !== undefined) return { spelling, dialect }
  }
  const dialects = books.map(({ dialect }) => dialect).join(' and ')
  throw new QError('MLIR_OPERATOR', `the ${dialects} dialect has no way to write this ${form.node.op}`, {
    at: form.at,
    found: `${form.node.op} of ${form.inputs.map((input) => (input === undefined ? 'none' : describe(form.typeOf(input)))).join(', ')}`,
    wanted: 'an operator in a form that this file format has',
    hint: dialects.includes('tpu')
      ? 'keep this layer in a float mode, or deploy the Top file with tables'
      : 'simplify the model, or split this operator',
  })
}

/** A constant of these types was rounded to them, and is a weight in the text: an attribute would be read as a number that was not. */
const halves: ReadonlySet<DType> = new Set(['f16', 'bf16'])

function fits({ constants = [], writes }: Spelling, form: WriteForm): boolean {
  return (
    constants.every(({ at }) => {
      const input = form.inputs[at]
      const constant = input === undefined ? undefined : form.constantOf(input)
      return constant?.data.length === 1 && !halves.has(constant.dtype)
    }) &&
    (writes?.(form) ?? true)
  )
}

function operation(
  name: string,
  results: readonly string[],
  operands: readonly string[],
  attributes: MlirAttributes,
  operandTypes: readonly MlirType[],
  resultTypes: readonly MlirType[],
): MlirOperation {
  return { name, results, operands, attributes, operandTypes, resultTypes, location: results, line: 0 }
}

function missingValue(name: string, user: string): never {
  throw new QError('GRAPH_VALUE', 'a node uses a value that the graph does not have', {
    at: [user],
    found: name,
    wanted: 'an entry in graph.values',
    hint: 'verify the graph before writing it',
  })
}

/** A module attribute of type string, bool or i64. */
export function moduleAttribute(value: string | boolean | number) {
  return attributeOf(typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : 'i64', value)
}
