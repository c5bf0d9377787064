import { errorAt, isQError, QError } from '../errors.ts'
import type { AttrSpec, InferredType, OpDefinition } from '../ops/define.ts'
import { resultAttrs } from '../ops/result-attrs.ts'
import { didYouMean } from '../suggest.ts'
import type { Attrs, AttrValue, Node, OpSet, TensorType } from './types.ts'

/** The definition of a node's operator. @throws QError `OP_UNKNOWN` */
export function definitionOf(node: Node, ops: OpSet): OpDefinition {
  const definition = ops.get(node.op)
  if (definition === undefined) {
    throw new QError('OP_UNKNOWN', `there is no operator ${node.op}`, {
      at: [node.outputs[0] ?? node.op],
      found: node.op,
      wanted: 'an operator of the graph',
      hint: didYouMean(node.op, ops.keys(), 'add its definition to the operators of the graph'),
    })
  }
  return definition
}

/**
 * The attributes of a node with defaults filled in; those of `resultAttrs` only where the node has them.
 *
 * @throws QError `ATTR_UNKNOWN`, `ATTR_MISSING`, `ATTR_TYPE`
 */
export function attributesOf(node: Node, definition: OpDefinition): Attrs {
  for (const name of Object.keys(node.attrs)) {
    if (!(name in definition.attrs) && !(name in resultAttrs)) {
      throw new QError('ATTR_UNKNOWN', `${node.op} has no attribute ${name}`, {
        at: [node.outputs[0] ?? node.op],
        found: name,
        wanted: Object.keys(definition.attrs).join(', ') || 'no attributes',
        hint: didYouMean(name, Object.keys(definition.attrs), 'leave it out'),
      })
    }
  }
  const filled: Record<string, AttrValue> = {}
  for (const [name, spec] of [...Object.entries<AttrSpec>(definition.attrs), ...givenResultAttrs(node)]) {
    const value = node.attrs[name] ?? spec.default
    if (value === undefined) {
      if (spec.mayBeAbsent) continue
      throw new QError('ATTR_MISSING', `${node.op} needs the attribute ${name}`, {
        at: [node.outputs[0] ?? node.op],
        found: Object.keys(node.attrs).join(', ') || 'no attributes',
        wanted: spec.type,
        hint: 'give the node this attribute',
      })
    }
    if (!fits(value, spec)) {
      throw new QError('ATTR_TYPE', `the attribute ${name} of ${node.op} does not fit`, {
        at: [node.outputs[0] ?? node.op],
        found: JSON.stringify(value),
        wanted: `${spec.values === undefined ? spec.type : spec.values.join(', ')}${spec.least === undefined ? '' : ` of ${spec.least} and more`}`,
        hint: 'correct the attribute in the model, or where the node is made',
      })
    }
    filled[name] = value
  }
  return filled
}

const givenResultAttrs = ({ attrs }: Node): readonly (readonly [string, AttrSpec])[] =>
  Object.entries<AttrSpec>(resultAttrs).filter(([name]) => attrs[name] !== undefined)

/** One attribute with its default filled in, as the caller's definition types it. */
export function attribute<V extends AttrValue>(node: Node, name: string, spec: AttrSpec<V>): V {
  return (node.attrs[name] ?? spec.default) as V
}

/**
 * The inferred types of a node's results, in order.
 *
 * @param operandType the type of a value by name
 * @throws QError of {@link definitionOf}, {@link attributesOf}, and `SHAPE_*` when operands do not fit
 */
export function inferNode(node: Node, ops: OpSet, operandType: (name: string) => TensorType): readonly InferredType[] {
  const definition = definitionOf(node, ops)
  const attrs = attributesOf(node, definition)
  const inputs: Record<string, TensorType | undefined | readonly TensorType[]> = {}
  Object.entries(definition.inputs).forEach(([name, { arity }], i) => {
    if (arity === 'many') {
      inputs[name] = node.inputs.slice(i).flatMap((operand) => (operand === undefined ? [] : [operandType(operand)]))
      return
    }
    const operand = node.inputs[i]
    if (operand === undefined && arity === 'one') {
      throw new QError('OPERAND_MISSING', `${node.op} needs the operand ${name}`, {
        at: [node.outputs[0] ?? node.op],
        found: `operands ${node.inputs.map((each) => each ?? 'none').join(', ') || 'none'}`,
        wanted: Object.keys(definition.inputs).join(', '),
        hint: `name the value that is the ${name} of this node`,
      })
    }
    inputs[name] = operand === undefined ? undefined : operandType(operand)
  })
  try {
    const inferred = (definition.infer as (i: unknown, a: unknown) => Readonly<Record<string, InferredType>>)(inputs, attrs)
    return Object.keys(definition.outputs)
      .slice(0, node.outputs.length)
      .map((name) => inferred[name]!)
  } catch (error) {
    if (!isQError(error) || error.at.length > 0) throw error
    throw errorAt(error, [node.outputs[0] ?? node.op], `${node.op}: ${error.message}`)
  }
}

function fits(value: AttrValue, spec: AttrSpec): boolean {
  switch (spec.type) {
    case 'int':
      return typeof value === 'number' && Number.isInteger(value)
    case 'float':
      return typeof value === 'number'
    case 'bool':
      return typeof value === 'boolean'
    case 'string':
      return typeof value === 'string' && (spec.values === undefined || spec.values.includes(value))
    case 'ints':
      return Array.isArray(value) && value.every((each) => Number.isInteger(each) && each >= (spec.least ?? each))
    case 'floats':
      return Array.isArray(value) && value.every((each) => typeof each === 'number')
    case 'strings':
      return Array.isArray(value) && value.every((each) => typeof each === 'string')
  }
}
