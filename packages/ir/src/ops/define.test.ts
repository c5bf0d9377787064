import { describe, expect, expectTypeOf, it } from 'vitest'
import { smallSchemes } from '../conformance/small-graph.ts'
import { defineTarget } from '../contracts/target.ts'
import type { TensorType } from '../graph/types.ts'
import { bool, defineOp, derived, int, ints, many, maybe, one, optional, own, shared, text, weight } from './define.ts'
import { allOps, floatOps, type OpName, opSet, quantizedOps } from './op-set.ts'

const y = { dtype: 'f32', shape: [] } as const
const rest = { outputs: { y: own() }, attrs: {}, infer: () => ({ y }) } as const
const chip = {
  name: 'chip',
  modes: ['INT8'],
  schemes: smallSchemes,
  defaultFloat: 'F32',
  floatModes: ['F32'],
  rangeSteps: [],
  tolerance: {},
} as const

describe('defineOp', () => {
  it('gives the type rule its operands and attributes with their types', () => {
    defineOp({
      name: 'Sample',
      inputs: { x: one(own()), b: optional(derived('x', 'y')), more: many(shared('y')) },
      outputs: { y: own() },
      attrs: { axis: int(0), sizes: ints([]), on: bool(), mode: text(['a', 'b']), limit: maybe(int()) },
      infer(inputs, attrs) {
        expectTypeOf(inputs.x).toEqualTypeOf<TensorType>()
        expectTypeOf(inputs.b).toEqualTypeOf<TensorType | undefined>()
        expectTypeOf(inputs.more).toEqualTypeOf<readonly TensorType[]>()
        expectTypeOf(attrs.axis).toEqualTypeOf<number>()
        expectTypeOf(attrs.sizes).toEqualTypeOf<readonly number[]>()
        expectTypeOf(attrs.on).toEqualTypeOf<boolean>()
        expectTypeOf(attrs.mode).toEqualTypeOf<'a' | 'b'>()
        expectTypeOf(attrs.limit).toEqualTypeOf<number | undefined>()
        return { y }
      },
    })
  })

  it('does not compile with a rule that names an operand which is not there', () => {
    // @ts-expect-error there is no operand w
    defineOp({ name: 'Sample', inputs: { x: one(own()), b: optional(derived('x', 'w')) }, ...rest })
    // @ts-expect-error there is no result z
    defineOp({ name: 'Sample', inputs: { xs: many(shared('z')) }, ...rest })
    // @ts-expect-error there is no operand w
    defineOp({ name: 'Sample', inputs: { x: one(own()) }, outputs: { y: shared('w') }, attrs: {}, infer: () => ({ y }) })
  })

  it('does not compile with a type rule that forgets a result or reads an attribute or operand that is not there', () => {
    // @ts-expect-error the result y is not given
    defineOp({ name: 'Sample', inputs: { x: one(own()) }, outputs: { y: own() }, attrs: {}, infer: () => ({ z: y }) })
    // @ts-expect-error there is no attribute axes
    defineOp({ name: 'Sample', inputs: {}, outputs: { y: own() }, attrs: { axis: int() }, infer: (_, { axes }) => ({ y, axes }) })
    // @ts-expect-error there is no operand w
    defineOp({ name: 'Sample', inputs: { x: one(weight(0)) }, outputs: { y: own() }, attrs: {}, infer: ({ w }) => ({ y: w }) })
  })

  it('does not compile with a default outside the words of an attribute', () => {
    // @ts-expect-error c is none of the words
    expect(text(['a', 'b'], 'c').values).toEqual(['a', 'b'])
  })
})

describe('defineTarget', () => {
  it('does not compile with an operator that is not there', () => {
    // @ts-expect-error there is no operator Konv
    defineTarget({ ...chip, ops: { Konv: { INT8: 'INT8' } } })
    // @ts-expect-error there is no form Conv#number
    defineTarget({ ...chip, ops: { 'Conv#number': { INT8: 'INT8' } } })
  })
  it('does not compile with a mode that no scheme describes', () => {
    // @ts-expect-error there is no scheme INT9
    defineTarget({ ...chip, modes: ['INT9'], ops: {} })
    // @ts-expect-error there is no scheme F64
    defineTarget({ ...chip, floatModes: ['F64'], ops: {} })
  })
  it('takes modes that no other chip has', () => {
    const { INT8: DFP8 } = smallSchemes
    const target = defineTarget({ ...chip, schemes: { ...smallSchemes, DFP8 }, modes: ['DFP8'], ops: { Conv: { DFP8: 'DFP8' } } })
    expect(target.modes).toEqual(['DFP8'])
  })
  it('keeps the literals', () => {
    const target = defineTarget({ ...chip, ops: { Conv: { INT8: 'F32' } } })
    expectTypeOf(target.ops.Conv.INT8).toEqualTypeOf<'F32'>()
    expect(target.ops.Conv.INT8).toBe('F32')
  })
})

describe('operator sets', () => {
  it('know every operator by its name, float and integer ones apart', () => {
    for (const [name, definition] of allOps) expect(definition.name).toBe(name)
    expect([...floatOps.keys()].filter((name) => quantizedOps.has(name))).toEqual([])
    expect(allOps.size).toBe(floatOps.size + quantizedOps.size)
  })
  it('take a later definition of the same name', () => {
    const mine = defineOp({ name: 'Relu', inputs: {}, ...rest })
    expect(opSet([...allOps.values(), mine]).get('Relu')).toBe(mine)
  })
  it('name operators in their type', () => {
    expectTypeOf<'Conv'>().toExtend<OpName>()
    // @ts-expect-error there is no operator Konv
    expectTypeOf<'Konv'>().toExtend<OpName>()
  })
})
