import { allOps, didYouMean, floatOps } from '@q/ir'
import { type Check, countOf, flagOf, invalid, lineOf, listOf, objectOf, oneOf, recordOf, textOf } from './check-parts.ts'
import type { Family, KeepRule, Sign, SmallGraph } from './family.ts'
import { constantForms } from './network.ts'
import { plainCopy } from './plain-copy.ts'
import { operatorIn, type Wanted, wantedOf } from './small-graph.ts'

/** Operators that are known to patterns beside those of `@q/ir`: single constants, inputs, and what only other tools have. */
const furtherOperators = ['Input', ...constantForms, 'Rope', 'GridSample', 'Split']
const knownOperators: ReadonlySet<string> = new Set([...allOps.keys(), ...furtherOperators])

/**
 * A family, checked: for families in TypeScript, which get the errors of a JSON file.
 *
 * @throws QError `PATTERN_INVALID`
 */
export function definePattern<const F extends Family>(family: F): F {
  checkFamily(family, 'definePattern')
  return family
}

/**
 * Checks that a value is a family: one read from a JSON file, or made by a module. What is given is a copy.
 *
 * @param place where it comes from, for messages
 * @throws QError `PATTERN_INVALID` with the way to the part that is wrong
 */
export function checkFamily(value: unknown, place: string): Family {
  const family = plainCopy(value, place)
  familyParts(family, [place])
  return family as Family
}

/** Checks that a value is a list of families. @throws QError `PATTERN_INVALID` */
export function checkEach(value: unknown, place: string): readonly Family[] {
  const families = plainCopy(value, place)
  listOf(familyParts)(families, [place])
  return families as readonly Family[]
}

/**
 * Checks the families of a file: one, or a list of them.
 *
 * @throws QError `PATTERN_INVALID`
 */
export function checkFamilies(value: unknown, place: string): readonly Family[] {
  const made = plainCopy(value, place)
  const families = Array.isArray(made) ? checkEach(made, place) : [checkFamily(made, place)]
  const twice = families.find(({ name }, i) => families.findIndex((other) => other.name === name) < i)
  if (twice !== undefined)
    throw invalid([place], { found: `two families ${twice.name}`, wanted: 'a name of its own for each', hint: 'rename one of them' })
  if (families.length > 0) return families
  throw invalid([place], { found: 'an empty list', wanted: 'a family, or a list of families', hint: 'describe at least one family' })
}

/** How many nodes a small graph has at most, how long the text of a node is, how many operands it names, how deep signs are nested, and how many a family has in all. */
const most = { nodes: 200, text: 1000, operands: 64, signs: 10, allSigns: 200 } as const

const nodeName = /^[\p{L}_][\p{L}\p{M}\p{N}_-]{0,79}$/u

const smallGraph: Check = (value, at) => {
  recordOf(textOf)(value, at)
  const block = value as SmallGraph
  const names = Object.keys(block)
  if (names.length > most.nodes)
    throw invalid(at, { found: `${names.length} nodes`, wanted: `at most ${most.nodes}`, hint: 'describe the part that tells the family' })
  for (const name of names) {
    if (!nodeName.test(name))
      throw invalid([...at, name], {
        found: `the name ${JSON.stringify(name)}`,
        wanted: 'names of letters, digits, _ and - that begin with a letter',
        hint: 'give the node a word for a name',
      })
    if (block[name]!.length > most.text)
      throw invalid([...at, name], {
        found: `${block[name]!.length} characters`,
        wanted: `at most ${most.text}`,
        hint: 'name operators and operands alone',
      })
  }
  const last = names.at(-1)
  if (last === undefined) throw invalid(at, { found: 'no nodes', wanted: 'at least one node', hint: "write { scores: 'Softmax' }" })
  const operandsOf = new Map(names.map((name) => [name, nodeOf(name, block[name]!, names, at)]))
  const leads = new Set([last])
  for (const name of leads) for (const operand of operandsOf.get(name)!) leads.add(operand)
  const stray = names.find((name) => !leads.has(name))
  if (stray !== undefined)
    throw invalid([...at, stray], {
      found: `${stray} does not lead to ${last}`,
      wanted: 'nodes that all lead to the last one',
      hint: 'put the node last that is computed from all others, and name every operand that counts',
    })
  const circle = circleFrom(last, operandsOf)
  if (circle !== undefined)
    throw invalid([...at, circle], {
      found: `${circle} is computed from itself`,
      wanted: 'no circles',
      hint: 'check the names of operands',
    })
}

/** The operands of a node. */
function nodeOf(name: string, text: string, names: readonly string[], at: readonly string[]): readonly string[] {
  const wanted = wantedOf(name, text)
  if (wanted === undefined)
    throw invalid([...at, name], {
      found: JSON.stringify(text),
      wanted: 'Op, Op|Op, !Op or *, with operands in brackets: MatMul(query~, key~)',
      hint: 'docs/write-a-pattern.md has the rules',
    })
  for (const operator of wanted.operators) fusedOperator(operator, [...at, name])
  for (const operand of wanted.operands)
    if (!names.includes(operand.name))
      throw invalid([...at, name], {
        found: `the operand ${operand.name}`,
        wanted: `a node of this small graph: ${names.filter((each) => each !== name).join(', ')}`,
        hint: didYouMean(
          operand.name,
          names.filter((each) => each !== name),
          'leave operands out that may be anything',
        ),
      })
  const largest = mostOperands(wanted)
  if (wanted.operands.length > largest)
    throw invalid([...at, name], {
      found: `${wanted.operands.length} operands`,
      wanted: `at most ${largest}, as ${wanted.operators.join('|') || '*'} takes`,
      hint: 'name operands once, those that count alone; a layer uses one layer twice only where it has two operands',
    })
  return wanted.operands.map((operand) => operand.name)
}

/** How many operands a node of a small graph can have. */
function mostOperands({ operators, isAnyBut }: Wanted): number {
  if (isAnyBut) return most.operands
  return Math.max(
    ...operators.map((text) => {
      const { operator } = operatorIn(text)
      if (operator === 'Input') return 0
      if (constantForms.includes(operator)) return 1
      const operands = Object.values(allOps.get(operator)?.inputs ?? {})
      return operands.length === 0 || operands.some(({ arity }) => arity === 'many') ? most.operands : operands.length
    }),
  )
}

/** Whether a Relu behind this operator is part of the layer. */
const mayEndInRelu = (operator: string): boolean =>
  Object.hasOwn(allOps.get(operator.replace(/^(Mul|Add|Sub|Div)Const$/, '$1'))?.attrs ?? {}, 'relu')

const operatorName: Check = (value, at) => {
  textOf(value, at)
  const op = value as string
  if (!knownOperators.has(op))
    throw invalid(at, {
      found: `the operator ${op}`,
      wanted: `an operator of docs/ops.md, ${constantForms.join(', ')} or Input`,
      hint: didYouMean(op.slice(0, 80), knownOperators, '`q graph MODEL` shows the operators of a network'),
    })
}

/** An operator, or one with a fused Relu. */
const fusedOperator: Check = (value, at) => {
  textOf(value, at)
  const { operator: op, sign, fused } = operatorIn(value as string)
  operatorName(op, at)
  if (fused === undefined) return
  if (fused !== 'relu')
    throw invalid(at, { found: `${sign}${fused}`, wanted: `${sign}relu`, hint: 'only a Relu is fused into other layers' })
  if (!mayEndInRelu(op))
    throw invalid(at, {
      found: value as string,
      wanted: `an operator that a Relu is fused into: ${[...floatOps.keys()].filter(mayEndInRelu).join(', ')}`,
      hint: `a Relu behind ${op} is a layer: describe it as a node of its own`,
    })
}

/** A node that is computed from itself. */
function circleFrom(
  name: string,
  operandsOf: ReadonlyMap<string, readonly string[]>,
  behind: readonly string[] = [],
  done = new Set<string>(),
): string | undefined {
  if (behind.includes(name)) return name
  if (done.has(name)) return undefined
  for (const operand of operandsOf.get(name)!) {
    const circle = circleFrom(operand, operandsOf, [...behind, name], done)
    if (circle !== undefined) return circle
  }
  done.add(name)
  return undefined
}

const sign: Check = (value, at) => {
  if (at.filter((part) => part.startsWith('and[')).length > most.signs)
    throw invalid(at, { found: 'signs inside of signs', wanted: `at most ${most.signs}`, hint: 'put them into one list and' })
  signParts(value, at)
  const { least = 1, most: largest = least } = value as Sign
  if (largest < least)
    throw invalid([...at, 'most'], { found: `${largest}`, wanted: `at least ${least}, as least says`, hint: 'swap the two' })
}
const signParts = objectOf({ block: smallGraph, least: countOf, most: countOf, and: listOf((value, at) => sign(value, at)) }, ['block'])

const keepRule: Check = (value, at) => {
  ruleParts(value, at)
  const {
    where,
    keep = [],
    after = [],
    before = [],
    chainsTo = [],
    oneUser = [],
    notUsedBy = {},
    notLeadingTo = {},
    onlyFrom = {},
  } = value as KeepRule
  const chosen = { keep, after, before, chainsTo }
  const conditions = { notUsedBy, notLeadingTo, onlyFrom }
  const named = { ...chosen, oneUser, ...Object.fromEntries(Object.entries(conditions).map(([part, names]) => [part, Object.keys(names)])) }
  for (const [part, names] of Object.entries(named))
    for (const name of names)
      if (!Object.hasOwn(where, name))
        throw invalid([...at, part], {
          found: name,
          wanted: `a node of where: ${Object.keys(where).join(', ')}`,
          hint: didYouMean(name, Object.keys(where), 'name it in where first'),
        })
  if (Object.values(chosen).every((names) => names.length === 0))
    throw invalid(at, {
      found: 'a rule that keeps nothing',
      wanted: 'keep, after, before or chainsTo',
      hint: 'name the nodes that stay in float',
    })
}
const ruleParts = objectOf(
  {
    where: smallGraph,
    keep: listOf(textOf),
    ways: flagOf,
    after: listOf(textOf),
    before: listOf(textOf),
    chainsTo: listOf(textOf),
    which: oneOf('first', 'last'),
    oneUser: listOf(textOf),
    notUsedBy: recordOf(listOf(operatorName, 1)),
    notLeadingTo: recordOf(listOf((value, at) => (typeof value === 'object' ? smallGraph : fusedOperator)(value, at), 1)),
    onlyFrom: recordOf(listOf(operatorName, 1)),
    leastBlocks: countOf,
    widest: flagOf,
    beyondVendor: flagOf,
  },
  ['where'],
)

const signsIn = ({ and = [] }: Sign): number => and.reduce((sum, each) => sum + signsIn(each), 1)

const familyParts: Check = (value, at) => {
  familyMembers(value, at)
  const count = (value as Family).knownBy.reduce((sum, each) => sum + signsIn(each), 0)
  if (count > most.allSigns)
    throw invalid([...at, 'knownBy'], {
      found: `${count} signs, those inside of signs too`,
      wanted: `at most ${most.allSigns}`,
      hint: 'name each sign once',
    })
}
const familyMembers = objectOf({ name: lineOf, knownBy: listOf(sign, 1), keep: listOf(keepRule) }, ['name', 'knownBy', 'keep'])
