import { expect, it } from 'vitest'
import { smallSchemes } from '../conformance/small-graph.ts'
import type { Backend } from '../contracts/backend.ts'
import { defineTarget } from '../contracts/target.ts'
import { parseGraph } from '../graph/text/parse-graph.ts'
import { checkRunnable } from './check-runnable.ts'

const target = defineTarget({
  name: 'toy',
  modes: ['INT8', 'F16', 'F32'],
  schemes: smallSchemes,
  defaultFloat: 'F16',
  floatModes: ['F16', 'F32'],
  ops: { Relu: { INT8: 'INT8', F16: 'F16' }, Add: { INT8: 'INT8' }, Mul: { INT8: 'INT8' } },
  rangeSteps: [],
  tolerance: {},
})
const never = () => {
  throw new Error('lowered')
}
const backend: Backend = { name: 'toy', target, lower: { Relu: never, Add: never }, emit: never }
const graph = (text: string) => parseGraph(`x: f32[1,2]; ${text}`)
const check = (text: string, plan: readonly (readonly [string, 'INT8' | 'F16' | 'F32'])[] = [], chip: Backend = backend) => {
  checkRunnable(graph(text), new Map(plan), chip, { mode: 'INT8' })
}

it('what a chip has passes without ranges, and nothing is lowered', () => {
  check('y = Relu(x); z = Add(y, x)', [['y', 'F16']])
})

it('operators that the target or the back end does not have are refused by layer', () => {
  expect(() => check('y = Relu(x); z = Sin(y)')).toThrow(expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['z'], found: 'Sin' }))
  expect(() => check('y = Mul(x, x)')).toThrow(expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['y'], found: 'Mul' }))
})

it('all operators that are missing are named at once, with their layers', () => {
  expect(() => check('y = Relu(x); z = Sin(y); a = Cos(z); b = Sin(a); c = Mul(b, b)')).toThrow(
    expect.objectContaining({
      code: 'OP_UNSUPPORTED',
      message: 'toy cannot run 3 operators of this model',
      found: 'Sin (z, b), Cos (a), Mul (c)',
      wanted: 'of Relu, Add',
    }),
  )
  expect(() => check('y = Sin(x); z = Sin(y)')).toThrow(expect.objectContaining({ message: 'toy cannot run the operator of 2 layers' }))
})

it('modes that an operator or the target does not have are refused', () => {
  expect(() => check('y = Add(x, x)', [['y', 'F16']])).toThrow(expect.objectContaining({ code: 'MODE_UNSUPPORTED', at: ['y'] }))
  expect(() => checkRunnable(graph('y = Relu(x)'), new Map(), backend, { mode: 'INT4' })).toThrow(
    expect.objectContaining({ code: 'MODE_UNSUPPORTED', at: [] }),
  )
})

it('the graph after the rewrites counts; rewrites that need ranges are left to the resolution', () => {
  const rewriting = (run: Required<Backend>['rewrite'][number]['run']): Backend => ({ ...backend, rewrite: [{ name: 'r', run }] })
  const asRelu = rewriting((float) => ({ ...float, nodes: float.nodes.map((node) => ({ ...node, op: 'Relu' })) }))
  check('y = Sin(x)', [], asRelu)
  check('y = Sin(x)', [], rewriting(never))
})

it('a mode that the target may choose by ranges is left to the resolution', () => {
  const automatic = { ...backend, target: { ...target, automaticPlan: { unevenAdd: 'F16' } } } as Backend
  check('y = Add(x, x)', [['y', 'F16']], automatic)
})
