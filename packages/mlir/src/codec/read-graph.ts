import type { Attrs, AttrValue, Graph, GraphInput, Node, OpDefinition, Tensor, TensorType, Value } from '@q/ir'
import { allOps, didYouMean, QError } from '@q/ir'
import type { MlirModule, MlirOperation } from '../text/mlir-module.ts'
import { tensorTypeOf } from './element-types.ts'
import { attributeValue, readFields } from './field.ts'
import { checkAmong, checkKnown, checkModule, weightAttributes } from './known-attributes.ts'
import { inputAttributes, readPreprocess, withRowBytes } from './preprocess.ts'
import type { NodeForm, ReadForm, Spelling, SpellingBook } from './spelling.ts'
import { asDeclared } from './weights.ts'

export interface ReadGraphOptions {
  readonly books: readonly SpellingBook[]
  readonly weights: ReadonlyMap<string, Tensor> | undefined
  readonly file: string | undefined
  readonly properties: Attrs
}

/** Turns the operations of a module into a graph, with the spellings of its dialects. */
export function readGraph(module: MlirModule, { books, weights, file, properties }: ReadGraphOptions): Graph {
  checkModule(module, file === undefined ? [] : [file])
  const values = new Map<string, Value>()
  const names = new Map<string, string | undefined>()
  const inputs: GraphInput[] = []
  const nodes: Node[] = []
  const layers = new Set(module.operations.flatMap((operation) => (operation.name === 'top.Weight' ? [] : (operation.location ?? []))))
  const place = (operation: MlirOperation): readonly string[] => [
    ...(file === undefined ? [] : [file]),
    `line ${operation.line}`,
    operation.location?.[0] ?? operation.name,
  ]
  const add = (value: Value, at: readonly string[]): void => {
    if (values.has(value.name)) {
      throw new QError('MLIR_DUPLICATE_NAME', `two values are called ${value.name}`, {
        at,
        found: 'a second location of this name',
        wanted: 'a name of its own for each operation',
        hint: 'rename one of them',
      })
    }
    values.set(value.name, value)
  }

  for (const operation of module.operations) {
    const at = place(operation)
    if (operation.name === 'top.None') {
      names.set(operation.results[0] ?? '', undefined)
      continue
    }
    const results = operation.results.filter((_, k) => operation.resultTypes[k]!.kind !== 'none')
    const given = namesOf(operation, results.length, at)
    const types = operation.resultTypes.filter(({ kind }) => kind !== 'none').map((type) => tensorTypeOf(type, at))
    const [name, type] = [given[0]!, types[0]!]
    if (operation.name === 'top.Weight') {
      checkAmong(operation, weightAttributes, at)
      let free = name
      while (layers.has(free) || values.has(free)) free += '_weight'
      names.set(operation.results[0]!, free)
      add(readWeight(operation, free, type, weights, at), at)
    } else if (operation.name === 'top.Input') {
      checkAmong(operation, inputAttributes, at)
      names.set(operation.results[0]!, name)
      const argument = module.arguments.find(({ name: each }) => each === operation.operands[0])
      inputs.push(readInput(operation, name, argument === undefined ? type : tensorTypeOf(argument.type, at), at))
      add({ name, type }, at)
    } else {
      results.forEach((result, k) => names.set(result, given[k]))
      nodes.push(readNode(operation, { books, names, values, types, given, at }))
      given.forEach((each, k) => add({ name: each, type: types[k]! }, at))
    }
  }
  const outputs = module.returns.map((value) => names.get(value)!)
  const framed = inputs.map((input) => withRowBytes(input, nodes, (name) => values.get(name)!.type.shape))
  return { name: module.name ?? 'main', inputs: framed, outputs, nodes, values, ops: allOps, properties }
}

function namesOf(operation: MlirOperation, count: number, at: readonly string[]): readonly string[] {
  if (operation.location?.length === count && count > 0) return operation.location
  throw new QError('MLIR_NAMELESS', `${operation.name} needs a name for each result`, {
    at,
    found: operation.location === undefined ? 'no location' : `${operation.location.length} names`,
    wanted: `${count} names as loc("…")`,
    hint: 'tables find layers by these names; write them as locations',
  })
}

function readWeight(
  operation: MlirOperation,
  name: string,
  type: TensorType,
  weights: ReadonlyMap<string, Tensor> | undefined,
  at: readonly string[],
): Value {
  if (weights === undefined) return { name, type, isConstant: true }
  const stored = weights.get(operation.location![0]!)
  if (stored === undefined) {
    throw new QError('WEIGHT_MISSING', 'a weight is not in the weight file', {
      at,
      found: `${weights.size} arrays without it`,
      wanted: operation.location![0]!,
      hint: didYouMean(operation.location![0]!, weights.keys(), 'give the weight file that belongs to this text file'),
    })
  }
  return { name, type, isConstant: true, constant: asDeclared(stored, type, at) }
}

function readInput(operation: MlirOperation, name: string, argument: TensorType, at: readonly string[]): GraphInput {
  const preprocess = readPreprocess(operation.attributes, at)
  return {
    name,
    ...(argument.dtype === 'f32' ? {} : { sourceDtype: argument.dtype }),
    ...(preprocess === undefined ? {} : { preprocess }),
  }
}

interface NodeContext {
  readonly books: readonly SpellingBook[]
  readonly names: ReadonlyMap<string, string | undefined>
  readonly values: Map<string, Value>
  readonly types: readonly TensorType[]
  readonly given: readonly string[]
  readonly at: readonly string[]
}

function readNode(operation: MlirOperation, { books, names, values, types, given, at }: NodeContext): Node {
  const spellings = spellingsOf(operation, books, at)
  checkKnown(operation, spellings, at)
  const form: ReadForm = {
    operation,
    layer: given[0]!,
    at,
    inputs: operation.operands.map((operand) => names.get(operand)),
    resultTypes: types,
    typeOf: (name: string | undefined) => (name === undefined ? undefined : values.get(name)?.type) ?? missingOperand(operation, at),
    constantOf: (name) => values.get(name)?.constant,
    isConstant: (name) => values.get(name)?.isConstant === true,
    define(value) {
      values.set(value.name, { ...value, isConstant: true })
      return value.name
    },
  }
  const spelling = spellings.find((each) => selected(each, form) && (each.reads?.(form) ?? true))
  if (spelling === undefined) {
    throw new QError('MLIR_FORM', `this form of ${operation.name} is not supported`, {
      at,
      found: [...operation.attributes.keys()].join(', '),
      wanted: spellings.map(({ op }) => op).join(' or '),
      hint: 'write the model without this operation, or keep this part of it in float',
    })
  }
  const attrs = readFields(spelling.fields, operation.attributes, at)
  const more: NodeForm = spelling.read?.(form, attrs) ?? {}
  const inputs = [...(more.inputs ?? inputsOf(spelling, form))]
  while (inputs.length > 0 && inputs.at(-1) === undefined) inputs.pop()
  checkOperands(inputs, allOps.get(spelling.op)!, operation, at)
  return {
    op: spelling.op,
    inputs,
    outputs: given,
    attrs: withoutDefaults({ ...attrs, ...more.attrs, ...(more.unrounded === true ? { unrounded: true } : {}) }, allOps.get(spelling.op)),
  }
}

function missingOperand(operation: MlirOperation, at: readonly string[]): never {
  throw new QError('MLIR_OPERANDS', `${operation.name} lacks an operand`, {
    at,
    found: `${operation.operands.length} operands`,
    wanted: 'a tensor in each place that may not be none',
    hint: 'correct the operands of this line',
  })
}

function checkOperands(
  inputs: readonly (string | undefined)[],
  { inputs: operands }: OpDefinition,
  operation: MlirOperation,
  at: readonly string[],
): void {
  const arities = Object.values(operands).map(({ arity }) => arity)
  const required = arities.filter((arity) => arity !== 'optional').length
  const hasRequired = arities.every((arity, k) => arity === 'optional' || inputs[k] !== undefined)
  if (!hasRequired || inputs.length < required) missingOperand(operation, at)
  if (arities.includes('many') ? inputs.includes(undefined) : inputs.length > arities.length) {
    throw new QError('MLIR_OPERANDS', `${operation.name} has operands that graphs cannot hold`, {
      at,
      found: `${inputs.length} operands`,
      wanted: Object.keys(operands).join(', '),
      hint: 'correct the operands of this line',
    })
  }
}

function spellingsOf(operation: MlirOperation, books: readonly SpellingBook[], at: readonly string[]): readonly Spelling[] {
  const dot = operation.name.indexOf('.')
  const book = books.find(({ dialect }) => dialect === operation.name.slice(0, dot))
  const found = book?.byName.get(operation.name.slice(dot + 1))
  if (found !== undefined) return found
  throw new QError('MLIR_OPERATION', `there is no reading of ${operation.name}`, {
    at,
    found: operation.name,
    wanted: `an operation of ${books.map(({ dialect }) => dialect).join(' or ')} that graphs can hold`,
    hint: didYouMean(
      operation.name,
      books.flatMap(({ dialect, byName }) => Array.from(byName.keys(), (name) => `${dialect}.${name}`)),
      'canonicalize the file with tpuc-opt first (importer operations live in *_origin.mlir only)',
    ),
  })
}

function selected({ fields }: Spelling, { operation, at }: ReadForm): boolean {
  return fields.every(({ name, type, value, selects }) => {
    if (selects !== true) return true
    const attribute = operation.attributes.get(name)
    return attribute === undefined ? value === false || type === 'string' : attributeValue(name, type, attribute, at) === value
  })
}

function inputsOf({ constants = [] }: Spelling, form: ReadForm): readonly (string | undefined)[] {
  const inputs = [...form.inputs]
  for (const { at: place, name: attribute, keepsPlace } of constants) {
    const written = form.operation.attributes.get(attribute)
    const number = written === undefined ? 0 : (attributeValue(attribute, 'f64', written, form.at) as number)
    const dtype = Math.fround(number) === number ? 'f32' : 'f64'
    const data = dtype === 'f32' ? Float32Array.of(number) : Float64Array.of(number)
    const type: TensorType = { dtype, shape: [1] }
    const constant = form.define({ name: `${form.layer}_${attribute}`, type, constant: { ...type, data } })
    inputs.splice(place, keepsPlace === true ? 1 : 0, constant)
  }
  return inputs
}

function withoutDefaults(attrs: Readonly<Record<string, AttrValue>>, definition: OpDefinition | undefined): Attrs {
  return Object.fromEntries(
    Object.entries(attrs).filter(([name, value]) => JSON.stringify(definition?.attrs[name]?.default) !== JSON.stringify(value)),
  )
}
