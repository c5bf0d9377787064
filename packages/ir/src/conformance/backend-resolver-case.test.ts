import { describe, expect, it } from 'vitest'
import type { Backend } from '../contracts/backend.ts'
import { layerOf } from '../graph/edges.ts'
import { loweredTo } from '../resolve/lower-context.ts'
import { checkNeighbours } from './backend-neighbours-case.ts'
import { checkKeptResults, networkOf } from './backend-resolver-case.ts'
import { nullBackend } from './null-backend.ts'
import { smallSchemes } from './small-graph.ts'

const every = { INT8: 'INT8', F32: 'F32' } as const
const plain = nullBackend()
const target = {
  ...plain.target,
  schemes: smallSchemes,
  modes: ['INT8', 'F32'],
  ops: { Relu: every, Abs: every, Add: every, Exp: every, Sin: every },
}
const honest: Backend = {
  ...plain,
  target,
  lower: Object.fromEntries(
    Object.keys(target.ops).map((op) => [
      op,
      (node, context) =>
        loweredTo(
          node,
          node.outputs.map((name) => ({
            name,
            type: context.scheme.kind === 'integer' ? context.quantizedType(name) : context.typeOf(name),
          })),
        ),
    ]),
  ),
}

describe('a resolver that has seen other plans', () => {
  it('is examined on a network of the operators that a target declares, a sum with a number too', () => {
    expect(networkOf(honest, 'INT8').nodes.map(({ op }) => op)).toEqual(['Abs', 'Exp', 'Relu', 'Sin', 'Add', 'Add'])
  })

  it('passes with lowerings that look at what is beside their node', () => {
    for (const seed of [1, 2, 3]) expect(() => checkKeptResults(() => honest, 'INT8', seed)).not.toThrow()
  })

  it('fails with a lowering that remembers another one', () => {
    let last = ''
    const forgetful: Backend = {
      ...honest,
      lower: {
        ...honest.lower,
        Exp: (node, context) => {
          const type = last === 'INT8' ? context.typeOf(layerOf(node)) : { ...context.typeOf(layerOf(node)), dtype: 'f16' as const }
          return loweredTo(node, [{ name: layerOf(node), type }])
        },
        Relu: (node, context) => {
          last = context.mode
          return honest.lower['Relu']!(node, context)
        },
      },
    }
    expect(() => [1, 2, 3].forEach((seed) => checkKeptResults(() => forgetful, 'INT8', seed))).toThrow(
      /after \d+ other plans .* is not what it is without them/,
    )
  })

  it('fails with a back end that remembers what it made', () => {
    const create = (): Backend => {
      const made = new Map<string, ReturnType<Backend['lower'][string]>>()
      const Exp: Backend['lower'][string] = (node, context) => {
        const known = made.get(layerOf(node)) ?? honest.lower['Exp']!(node, context)
        made.set(layerOf(node), known)
        return known
      }
      return { ...honest, lower: { ...honest.lower, Exp } }
    }
    expect(() => [1, 2, 3].forEach((seed) => checkKeptResults(create, 'INT8', seed))).toThrow(/is not what it is without them/)
  })

  it('fails by name where the lowering of any one operator keeps what it made of other ranges', () => {
    for (const op of Object.keys(target.ops)) {
      const create = (): Backend => {
        const made = new Map<string, ReturnType<Backend['lower'][string]>>()
        const lowering: Backend['lower'][string] = (node, context) => {
          const key = `${layerOf(node)} ${context.mode}`
          const known = made.get(key) ?? honest.lower[op]!(node, context)
          made.set(key, known)
          return known
        }
        return { ...honest, lower: { ...honest.lower, [op]: lowering } }
      }
      expect(() => checkNeighbours(create, 'INT8')).toThrow(new RegExp(`after other .* ${op} n\\d`))
    }
    expect(() => checkNeighbours(() => honest, 'INT8')).not.toThrow()
  })

  it('fails with a rewrite that makes a range of the one it finds', () => {
    const widening: Backend = {
      ...honest,
      rewrite: [
        {
          name: 'widen',
          run: (graph) => ({
            ...graph,
            values: new Map(
              [...graph.values].map(([name, value]) => {
                const { range } = value.type
                return [
                  name,
                  range === undefined ? value : { ...value, type: { ...value.type, range: { min: range.min, max: 2 * range.max } } },
                ]
              }),
            ),
          }),
        },
      ],
    }
    expect(() => [1, 2, 3].forEach((seed) => checkKeptResults(() => widening, 'INT8', seed))).toThrow(/is not what it is without them/)
  })
})
