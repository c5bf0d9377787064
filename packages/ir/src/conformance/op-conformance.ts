import { isQError } from '../errors.ts'
import { attributesOf, inferNode } from '../graph/node-types.ts'
import type { Attrs, AttrValue, Node, TensorType } from '../graph/types.ts'
import type { AttrSpec, OpDefinition, QuantRule } from '../ops/define.ts'
import { opSet } from '../ops/op-set.ts'
import { type ConformanceRunner, check } from './runner.ts'

/** What {@link opConformance} is given. */
export interface OpConformanceOptions {
  readonly runner: ConformanceRunner
  /** The operators that are examined. */
  readonly ops: readonly OpDefinition[]
}

/**
 * Registers the tests that every operator has to pass: its quantization rules name operands and results it has, the defaults
 * of its attributes are valid, and its type rule is total: for operands of zero to five axes and lists of all lengths it gives
 * whole shapes for all results or refuses with a `QError`, and there is something it takes.
 *
 * @example
 * opConformance({ runner: { describe, it }, ops: [Scale] })
 */
export function opConformance({ runner, ops }: OpConformanceOptions): void {
  const { describe, it } = runner
  describe('operator conformance', () => {
    it('every name is there once', async () => {
      const names = ops.map(({ name }) => name)
      for (const [i, name] of names.entries()) {
        check(/^(?:[\w-]+\.)?[A-Z]\w*$/.test(name), `${name} is not written like an operator`)
        check(names.indexOf(name) === i, `${name} is there twice`)
      }
    })
    for (const op of ops) {
      describe(op.name, () => {
        it('has rules that name its own operands and results', async () => checkRules(op))
        it('has at most one operand of many values, the last', async () => checkArities(op))
        it('has defaults that are valid', async () => checkDefaults(op))
        it('has a type rule that answers or refuses, whatever the operands', async () => checkTypeRule(op))
      })
    }
  })
}

function checkRules({ inputs, outputs }: OpDefinition): void {
  const places = new Set([...Object.keys(inputs), ...Object.keys(outputs)])
  check(Object.keys(outputs).length > 0, 'an operator has a result')
  check(places.size === Object.keys(inputs).length + Object.keys(outputs).length, 'an operand and a result have the same name')
  const check1 = (place: string, rule: QuantRule): void => {
    const named = rule.kind === 'shared' ? [rule.with] : rule.kind === 'derived' ? rule.from : []
    for (const name of named) check(places.has(name) && name !== place, `the rule of ${place} names ${name}`)
    if (rule.kind === 'fixed') check(rule.min < rule.max, `the range of ${place} is empty`)
    if (rule.kind === 'weight') check(Number.isInteger(rule.axis), `the axis of ${place} is ${rule.axis}`)
  }
  for (const [place, { rule }] of Object.entries(inputs)) check1(place, rule)
  for (const [place, rule] of Object.entries(outputs)) check1(place, rule)
}

function checkArities({ inputs }: OpDefinition): void {
  const arities = Object.values(inputs).map(({ arity }) => arity)
  const many = arities.indexOf('many')
  check(many < 0 || many === arities.length - 1, 'an operand of many values comes before another')
}

function checkDefaults(op: OpDefinition): void {
  const needed = Object.entries(op.attrs).filter(([, spec]) => spec.default === undefined && !spec.mayBeAbsent)
  const attrs = attributesOf(
    { op: op.name, inputs: [], outputs: ['y'], attrs: Object.fromEntries(needed.map(([name, spec]) => [name, examples(spec)[0]!])) },
    op,
  )
  for (const [name, spec] of Object.entries(op.attrs)) {
    if (spec.values !== undefined) check(new Set(spec.values).size === spec.values.length && spec.values.length > 0, `the words of ${name}`)
    if (spec.default !== undefined) check(attrs[name] === spec.default, `the default of ${name} does not arrive`)
  }
}

/** Operands of 0 to 5 axes; 256 is what a table over all codes has. */
function checkTypeRule(op: OpDefinition): void {
  let taken = 0
  const ops = opSet([op])
  for (const attrs of attributeChoices(op)) {
    for (const node of nodesOf(op, attrs)) {
      for (const size of [1, 2, 256]) {
        for (let rank = 0; rank <= 5; rank++) {
          const type: TensorType = { dtype: 'f32', shape: new Array<number>(rank).fill(size) }
          if (
            answers(
              node,
              () => inferNode(node, ops, () => type),
              `${JSON.stringify(attrs)} of ${node.inputs.length} x [${type.shape.join(', ')}]`,
            )
          )
            taken += 1
        }
      }
    }
  }
  check(taken > 0, 'nothing was taken')
}

/** True when the rule gave whole shapes, false when it refused in the right way. */
function answers(node: Node, infer: () => readonly { readonly shape: readonly number[] }[], what: string): boolean {
  let results: readonly { readonly shape: readonly number[] }[]
  try {
    results = infer()
  } catch (error) {
    check(isQError(error), `${what} ends in ${String(error)}`)
    check(/^(?:SHAPE|OPERAND)_/.test(error.code), `${what} is refused with ${error.code}`)
    return false
  }
  check(results.length === node.outputs.length, `${what} gives ${results.length} results`)
  for (const result of results) {
    check(result?.shape.every((d) => Number.isInteger(d) && d >= 0) === true, `${what} gives [${result?.shape.join(', ')}]`)
  }
  return true
}

/** Nodes with all operands, with the needed ones alone, and with none to three values for a `many` operand. */
function nodesOf({ name, inputs, outputs }: OpDefinition, attrs: Attrs): readonly Node[] {
  const arities = Object.values(inputs).map(({ arity }) => arity)
  const counts = arities.includes('many') ? [0, 1, 3] : [1]
  const full = counts.map((count) => arities.flatMap((arity) => (arity === 'many' ? new Array<string>(count).fill('x') : ['x'])))
  const bare = arities.includes('optional') ? [arities.map((arity) => (arity === 'optional' ? undefined : 'x'))] : []
  return [...full, ...bare].map((operands) => ({ op: name, inputs: operands, outputs: Object.keys(outputs), attrs }))
}

/** Every combination of example values for the attributes that must be given. */
function attributeChoices({ attrs }: OpDefinition): readonly Attrs[] {
  let choices: readonly Attrs[] = [{}]
  for (const [name, spec] of Object.entries(attrs)) {
    if (spec.default !== undefined || spec.mayBeAbsent) continue
    choices = choices.flatMap((choice) => examples(spec).map((value) => ({ ...choice, [name]: value })))
  }
  return choices
}

function examples({ type, values }: AttrSpec): readonly AttrValue[] {
  const lengths = [0, 1, 2, 3, 4]
  switch (type) {
    case 'int':
      return [1, 0, 3, -1]
    case 'float':
      return [1]
    case 'bool':
      return [false, true]
    case 'string':
      return values ?? ['word']
    case 'ints':
      return [
        ...lengths.map((n) => Array.from({ length: n }, (_, i) => i)),
        ...lengths.slice(1).map((n) => new Array<number>(n).fill(1)),
        [-7],
      ]
    case 'floats':
      return lengths.map((n) => new Array<number>(n).fill(1))
    case 'strings':
      return [[], ['word']]
  }
}
