import type { Backend, Graph, LowerContext, Node, Value } from '@q/ir'
import { nullBackend } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { backEndModule } from './back-end-module.ts'
import { copyBackend } from './copy-backend.ts'
import { guardBackend } from './guard-backend.ts'

const value: Value = { name: 'y', type: { dtype: 'f32', shape: [2] } }
const node: Node = { op: 'Abs', inputs: ['x'], outputs: ['y'], attrs: {} }
const settings = { mode: 'F32', asymmetric: false, highPrecision: false } as const
const code = { kind: backEndModule, word: './nova.mjs', file: '/nova.mjs', name: 'null' }
const guarded = (change: Partial<Backend>): Backend => {
  const whole = nullBackend()
  return guardBackend(copyBackend({ ...whole, ...change, lower: { ...whole.lower, ...change.lower } }, code), code)
}

describe('what a module is given', () => {
  const constant = { dtype: 'f32', shape: [2], data: Float32Array.of(1, 2) } as const
  const whole = (): Graph => ({
    ...{ name: 'g', inputs: [{ name: 'x' }], outputs: ['y'], ops: new Map(), properties: { mode: 'F32' } },
    nodes: [{ op: 'Add', inputs: ['x', 'c'], outputs: ['y'], attrs: { axis: [1] } }],
    values: new Map(
      [
        { name: 'x', type: value.type },
        { name: 'y', type: value.type },
        { name: 'c', type: value.type, constant },
      ].map((each) => [each.name, each]),
    ),
  })
  const text = ({ values, ...graph }: Graph) =>
    JSON.stringify([graph, [...values].map(([name, each]) => [name, { ...each, data: [...(each.constant?.data ?? [])] }])])
  /** Writes to everything that can be written to. */
  const spoil = (given: Graph): undefined => {
    const write = (change: () => void) => {
      try {
        change()
      } catch {
        // What is frozen says so.
      }
    }
    const { nodes, values } = given as unknown as { nodes: Node[]; values: Map<string, Value> }
    write(() => void ((values.get('c')!.constant!.data as Float32Array)[0] = 9))
    write(() => void ((values.get('c')!.constant!.shape as number[])[0] = 9))
    write(() => void ((values.get('x')!.type.shape as number[])[0] = 9))
    write(() => void ((nodes[0]!.attrs['axis'] as number[])[0] = 9))
    write(() => void ((nodes[0]!.inputs as string[])[0] = 'c'))
    write(() => void values.delete('x'))
    write(() => void nodes.pop())
    write(() => void (given.outputs as string[]).push('x'))
    write(() => void ((given.properties as { mode: string }).mode = 'INT8'))
  }

  it.each<[string, (backend: Partial<Backend>, run: Graph) => void]>([
    [
      'emit',
      (_, given) =>
        guarded({ emit: (each) => ({ files: new Map([[String(spoil(each)), new Uint8Array()]]), diagnostics: [] }) }).emit(given, {
          name: 'n',
          time: 0,
        }),
    ],
    [
      'a rewrite',
      (_, given) => guarded({ rewrite: [{ name: 'p', run: (each) => spoil(each) ?? each }] }).rewrite![0]!.run(given, settings),
    ],
    ['facts', (_, given) => guarded({ facts: (each) => new Map([[String(spoil(each)), {}]]) }).facts!(given)],
  ])('%s that writes to its graph changes nothing outside', (_, run) => {
    const given = whole()
    const before = text(given)
    run({}, given)
    expect(text(given)).toBe(before)
  })

  it('a lowering that writes to its node, its types and the elements of constants changes nothing outside', () => {
    const given = whole()
    const before = text(given)
    const own = { useCount: () => 0, constantOf: () => constant, typeOf: () => value.type, in: () => own } as unknown as LowerContext
    const lower = (write: (node: Node, context: LowerContext) => unknown) => () =>
      guarded({ lower: { Add: (each, context) => ({ nodes: [], values: [], ...{ written: write(each, context) } }) } }).lower['Add']!(
        given.nodes[0]!,
        own,
      )
    lower((_, context) => context.constantOf('c')!.data.fill(7 as never))()
    lower((_, context) =>
      context
        .in('F32')
        .constantOf('c')!
        .data.fill(7 as never),
    )()
    expect(lower((each) => (each.inputs as string[]).pop())).toThrow(/failed in lower Add/)
    expect(lower((_, context) => void ((context.typeOf('x').shape as number[])[0] = 9))).toThrow(/failed in lower Add/)
    expect(text(given)).toBe(before)
  })

  it('is the same constant each time', () => {
    const seen = new Set<unknown>()
    const own = { useCount: () => 0, constantOf: () => constant } as unknown as LowerContext
    const backend = guarded({ lower: { Abs: (_, context) => ({ nodes: [], values: [], ...{ seen: seen.add(context.constantOf('c')) } }) } })
    for (let i = 0; i < 2; i++) backend.lower['Abs']!(node, own)
    expect(seen.size).toBe(1)
  })
})
