import type { Backend, ChipToolchain, CompilerHost, Graph, LowerContext, Node } from '@q/ir'
import { QError } from '@q/ir'
import { nullBackend } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { guardBackend } from './guard-backend.ts'

const broken = (): never => {
  throw new TypeError('broken')
}
const refusing = (): never => {
  throw new QError('NOVA_LIMIT', 'too wide', { at: ['layer'] })
}
const graph = {} as Graph
const node: Node = { op: 'Abs', inputs: ['x'], outputs: ['y'], attrs: {} }
const context = {} as LowerContext
const host = {} as CompilerHost
const settings = { mode: 'F32', asymmetric: false, highPrecision: false } as const
const guarded = (change: Partial<Backend>): Backend => guardBackend({ ...nullBackend(), ...change }, './nova.mjs')
const toolchain = (found: Partial<ChipToolchain>): Partial<Backend> => ({
  compiler: { commandLines: () => ['line'], find: async () => ({ compiler: 'novac', compile: broken, ...found }) },
})

/** Every way into a back end that throws. */
const ways = (fails: () => never): readonly (readonly [stage: string, call: () => unknown])[] => [
  ['lower Abs', () => guarded({ lower: { Abs: fails } }).lower['Abs']!(node, context)],
  ['prepare p', () => guarded({ prepare: [{ name: 'p', run: fails }] }).prepare![0]!.run(graph)],
  ['rewrite p', () => guarded({ rewrite: [{ name: 'p', run: fails }] }).rewrite![0]!.run(graph, settings)],
  ['simplify p', () => guarded({ simplify: [{ name: 'p', ops: [], run: fails }] }).simplify![0]!.run(graph, settings, new Map())],
  ['facts', () => guarded({ facts: fails }).facts!(graph)],
  ['restrict', () => guarded({ restrict: fails }).restrict!(node, context)],
  ['emit', () => guarded({ emit: fails }).emit(graph, { name: 'net', time: 0 })],
  ['reader', () => guarded({ reader: { endings: ['.x'], read: fails } }).reader!.read(new Uint8Array(), 'a.x')],
  [
    'command lines',
    () => guarded({ compiler: { find: fails, commandLines: fails } }).compiler!.commandLines({ files: new Map(), diagnostics: [] }, 'm'),
  ],
  ['find the compiler', () => guarded({ compiler: { find: fails, commandLines: fails } }).compiler!.find(host)],
  [
    'compile',
    async () => (await guarded(toolchain({ compile: fails })).compiler!.find(host))!.compile({ files: new Map(), diagnostics: [] }),
  ],
  [
    'simulate',
    async () => {
      const found = await guarded(toolchain({ compile: async () => ({ files: new Map(), simulate: fails }) })).compiler!.find(host)
      return (await found!.compile({ files: new Map(), diagnostics: [] })).simulate!(new Map())
    },
  ],
]

describe('an error of a module names it and the stage, once', () => {
  it.each(ways(broken))('%s', async (stage, call) => {
    const at = expect.arrayContaining(['./nova.mjs', stage])
    await expect(Promise.resolve().then(call)).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      message: `the back end null failed in ${stage}`,
      found: 'broken',
      at,
    })
  })

  it.each(ways(refusing))('%s: an error that says what to do is left as it is', async (_, call) => {
    await expect(Promise.resolve().then(call)).rejects.toMatchObject({ code: 'NOVA_LIMIT', at: ['layer'] })
  })
})

describe('what a module returns', () => {
  it('is handed on, with its own `this`', async () => {
    const lowered = { nodes: [node], values: [] }
    const backend = guarded({
      name: 'nova',
      lower: { Abs: () => lowered },
      facts() {
        return new Map([[String(this.name), {}]])
      },
      ...toolchain({ compile: async () => ({ files: new Map([['a', new Uint8Array()]]) }) }),
    })
    expect(backend.lower['Abs']!(node, context)).toBe(lowered)
    expect([...backend.facts!(graph).keys()]).toEqual(['nova'])
    const found = (await backend.compiler!.find(host))!
    expect([found.compiler, ...(await found.compile({ files: new Map(), diagnostics: [] })).files.keys()]).toEqual(['novac', 'a'])
    expect(backend.compiler!.commandLines({ files: new Map(), diagnostics: [] }, 'm')).toEqual(['line'])
    expect(await guarded({ compiler: { find: async () => undefined, commandLines: () => [] } }).compiler!.find(host)).toBeUndefined()
  })

  it('members that are not there stay away', () => {
    expect(Object.keys(guarded({})).sort()).toEqual(['emit', 'lower', 'name', 'prepare', 'rewrite', 'simplify', 'target'])
  })

  it.each([undefined, {}, { nodes: [] }, { values: [] }])('a lowering that returns %j is refused', (returned) => {
    const backend = guarded({ lower: { Abs: () => returned as never } })
    expect(() => backend.lower['Abs']!(node, context)).toThrow(
      expect.objectContaining({ code: 'BACKEND_FAILED', at: ['./nova.mjs', 'lower Abs', 'y'] }),
    )
  })

  it('an emit without a Map is refused, one without diagnostics has none', () => {
    expect(() => guarded({ emit: () => ({ files: {} }) as never }).emit(graph, { name: 'n', time: 0 })).toThrow(/failed in emit/)
    expect(guarded({ emit: () => ({ files: new Map() }) as never }).emit(graph, { name: 'n', time: 0 }).diagnostics).toEqual([])
  })
})
