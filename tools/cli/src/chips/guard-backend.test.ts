import type { Backend, ChipToolchain, CompilerHost, Graph, LowerContext, Node, Value } from '@q/ir'
import { QError } from '@q/ir'
import { nullBackend } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { backEndModule } from './back-end-module.ts'
import { copyBackend } from './copy-backend.ts'
import { guardBackend } from './guard-backend.ts'

const broken = (): never => {
  throw new TypeError('broken')
}
const refusing = (): never => {
  throw new QError('NOVA_LIMIT', 'too wide', { at: ['layer'] })
}
const graph: Graph = { name: 'g', inputs: [], outputs: [], nodes: [], values: new Map(), ops: new Map(), properties: {} }
const value: Value = { name: 'y', type: { dtype: 'f32', shape: [2] } }
const node: Node = { op: 'Abs', inputs: ['x'], outputs: ['y'], attrs: {} }
const context = { useCount: () => 1 } as unknown as LowerContext
const host = {} as CompilerHost
const settings = { mode: 'F32', asymmetric: false, highPrecision: false } as const
const code = { kind: backEndModule, word: './nova.mjs', file: '/nova.mjs', name: 'null' }
const guarded = (change: Partial<Backend>): Backend => {
  const whole = nullBackend()
  return guardBackend(copyBackend({ ...whole, ...change, lower: { ...whole.lower, ...change.lower } }, code), code)
}
const toolchain = (found: Partial<ChipToolchain>): Partial<Backend> => ({
  compiler: { commandLines: () => ['line'], find: async () => ({ compiler: 'novac', compile: broken, ...found }) },
})

const nothingBeside = async (): Promise<Uint8Array> => new Uint8Array()

/** Every way into a back end that throws. */
const ways = (fails: () => never): readonly (readonly [stage: string, call: () => unknown])[] => [
  ['lower Abs', () => guarded({ lower: { Abs: fails } }).lower['Abs']!(node, context)],
  ['rewrite p', () => guarded({ rewrite: [{ name: 'p', run: fails }] }).rewrite![0]!.run(graph, settings)],
  ['simplify p', () => guarded({ simplify: [{ name: 'p', ops: [], run: fails }] }).simplify![0]!.run(graph, settings, new Map())],
  ['facts', () => guarded({ facts: fails }).facts!(graph)],
  ['restrict', () => guarded({ restrict: fails }).restrict!(node, context)],
  ['take pictures', () => guarded({ takePictures: fails }).takePictures!(graph, {})],
  ['emit', () => guarded({ emit: fails }).emit(graph, { name: 'net', time: 0 })],
  ['reader', () => guarded({ reader: { endings: ['.x'], read: fails } }).reader!.read(new Uint8Array(), 'a.x', nothingBeside)],
  [
    'reader',
    () => guarded({ reader: { endings: ['.x'], read: async () => graph, describe: fails } }).reader!.describe!(new Uint8Array(), 'a.x'),
  ],
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
    const lowered = { nodes: [node], values: [value] }
    const backend = guarded({
      name: 'nova',
      lower: { Abs: () => lowered },
      facts() {
        return new Map([[String(this.name), {}]])
      },
      ...toolchain({ compile: async () => ({ files: new Map([['a', new Uint8Array()]]) }) }),
    })
    expect(backend.lower['Abs']!(node, context)).toEqual(lowered)
    expect([...backend.facts!(graph).keys()]).toEqual(['nova'])
    const found = (await backend.compiler!.find(host))!
    expect([found.compiler, ...(await found.compile({ files: new Map(), diagnostics: [] })).files.keys()]).toEqual(['novac', 'a'])
    expect(backend.compiler!.commandLines({ files: new Map(), diagnostics: [] }, 'm')).toEqual(['line'])
    expect(await guarded({ compiler: { find: async () => undefined, commandLines: () => [] } }).compiler!.find(host)).toBeUndefined()
  })

  it('members that are not there stay away', () => {
    expect(Object.keys(guarded({})).sort()).toEqual(['emit', 'lower', 'name', 'rewrite', 'simplify', 'target'])
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

  const emits = (returned: unknown) => guarded({ emit: () => returned as never }).emit(graph, { name: 'n', time: 0 })
  it.each([
    ['diagnostics that are no list', { files: new Map(), diagnostics: 'all well' }, 'diagnostics is "all well"'],
    ['a diagnostic that is none', { files: new Map(), diagnostics: ['all well'] }, 'diagnostics[0] is "all well"'],
    ['a diagnostic of another level', { files: new Map(), diagnostics: [{ level: 'error' }] }, 'diagnostics[0].level is "error"'],
    ['a diagnostic without words', { files: new Map(), diagnostics: [{ level: 'note', code: 'A' }] }, 'diagnostics[0].message is missing'],
    [
      'a diagnostic without a place',
      { files: new Map(), diagnostics: [{ level: 'note', code: 'A', message: 'b' }] },
      'diagnostics[0].at is missing',
    ],
    ['a file whose name is a number', { files: new Map([[1, new Uint8Array()]]) }, 'files has the key 1'],
    ['a promise', Promise.resolve(), 'a promise'],
    ['a model that is no name', { files: new Map(), model: 1 }, 'model is 1'],
  ])('an emit that returns %s is refused', (_, returned, found) => {
    expect(() => emits(returned)).toThrow(
      expect.objectContaining({ code: 'BACKEND_FAILED', at: ['./nova.mjs', 'emit'], found: expect.stringContaining(found) }),
    )
  })

  it.each(['no', {}, { level: 'warning' }])('a restrict that returns %j is refused', (returned) => {
    expect(() => guarded({ restrict: () => returned as never }).restrict!(node, context)).toThrow(/failed in restrict/)
  })

  it.each(['error', 'warning', undefined])('a restrict that refuses with the level %j refuses', (level) => {
    const refusal = { level, code: 'NOVA_AXES', message: 'too many axes', at: ['y'] } as const
    const { code: _, ...said } = guarded({ restrict: () => refusal as never }).restrict!(node, context)!
    expect(said).toEqual({ message: 'too many axes', at: ['y'] })
  })

  const lowers = (nodes: readonly unknown[], values: readonly unknown[] = [value], more = {}) => ({ nodes, values, ...more })
  it.each([
    ['no operator', lowers([{ ...node, op: undefined }]), 'nodes[0].op is missing'],
    ['an operator that is not there', lowers([{ ...node, op: 'Asb' }]), 'no operator Asb; perhaps Abs'],
    ['no list of operands', lowers([{ ...node, inputs: 'x' }]), 'nodes[0].inputs (Abs) is "x": wanted a list'],
    ['an operand without a name', lowers([{ ...node, inputs: [null] }]), 'nodes[0].inputs (Abs)[0] is null'],
    ['no results', lowers([{ ...node, outputs: [] }]), 'nodes[0].outputs (Abs) is empty'],
    ['no attributes', lowers([{ ...node, attrs: undefined }]), 'nodes[0].attrs (Abs) is missing'],
    ['an unknown attribute', lowers([{ ...node, attrs: { axis: 1 } }]), 'nodes[0].attrs: Abs has no attribute axis'],
    ['a node that is none', lowers([undefined]), 'nodes[0] is missing: wanted an object'],
    ['a hoisted node that is none', lowers([node], [value], { hoisted: [{}] }), 'hoisted[0].op is missing'],
    ['operands that are no Map', lowers([node], [value], { operands: {} }), 'operands is of type object: wanted a Map'],
    ['a value without a name', lowers([node], [{ type: value.type }]), 'values[0].name is missing'],
    ['a value without a type', lowers([node], [{ name: 'y' }]), 'values[0].type (y) is missing'],
    [
      'an unknown element type',
      lowers([node], [{ name: 'y', type: { dtype: 'float', shape: [] } }]),
      'values[0].type.dtype (y) is "float"',
    ],
    ['half a dimension', lowers([node], [{ name: 'y', type: { dtype: 'f32', shape: [0.5] } }]), 'values[0].type.shape (y)[0] is 0.5'],
    ['a constant that is no array', lowers([node], [{ ...value, constant: { data: [1, 2] } }]), 'values[0].constant.data (y) is a list'],
    [
      'a constant of another size',
      lowers([node], [{ ...value, constant: { data: new Float32Array(3) } }]),
      'values[0].constant.data (y) has 3 elements, its shape [2] 2',
    ],
    ['a result without a type', lowers([node], []), 'values has no type for y, which Abs makes'],
    ['another result', lowers([{ ...node, outputs: ['z'] }], [{ ...value, name: 'z' }]), 'no node makes y'],
    [
      'members that throw',
      {
        get nodes() {
          return broken()
        },
      },
      'broken',
    ],
  ])('a lowering that returns %s is refused where it happens', (_, returned, found) => {
    const backend = guarded({ lower: { Abs: () => returned as never } })
    expect(() => backend.lower['Abs']!(node, context)).toThrow(
      expect.objectContaining({ code: 'BACKEND_FAILED', at: ['./nova.mjs', 'lower Abs', 'y'], found: expect.stringContaining(found) }),
    )
  })

  it('a result nothing uses need not be made, one that is renamed stands under the other name', () => {
    const lowered = { nodes: [{ ...node, outputs: ['z'] }], values: [{ ...value, name: 'z' }] }
    const unused = { useCount: () => 0 } as unknown as LowerContext
    expect(guarded({ lower: { Abs: () => lowered } }).lower['Abs']!(node, unused)).toEqual(lowered)
    const renamed = { ...lowered, renamed: new Map([['y', 'z']]) }
    expect(guarded({ lower: { Abs: () => renamed } }).lower['Abs']!(node, context)).toEqual(renamed)
  })

  it.each([undefined, {}, { nodes: [], inputs: [], outputs: [] }])('a pass that returns %j is refused', (returned) => {
    const [pass] = guarded({ rewrite: [{ name: 'p', run: () => returned as never }] }).rewrite!
    expect(() => pass!.run(graph, settings)).toThrow(expect.objectContaining({ code: 'BACKEND_FAILED', at: ['./nova.mjs', 'rewrite p'] }))
  })
})

describe('a back end is read once', () => {
  it('from a class, with methods and their object', () => {
    class Nova {
      readonly name = 'nova'
      readonly target = nullBackend().target
      readonly lower = new (class {
        Abs() {
          return { nodes: [node], values: [value] }
        }
      })()
      emit() {
        return { files: new Map([[this.name, new Uint8Array()]]), diagnostics: [] }
      }
    }
    const { target, lower } = nullBackend()
    const made = Object.assign(new Nova(), { lower: Object.assign(new Nova().lower, { ...lower, Abs: undefined }) })
    delete (made.lower as Partial<Record<string, unknown>>)['Abs']
    const backend = guardBackend(copyBackend(made, code), code)
    expect(backend.lower['Abs']!(node, context).nodes).toEqual([node])
    expect([...backend.emit(graph, { name: 'n', time: 0 }).files.keys()]).toEqual(['nova'])
    expect(backend.target).toEqual(target)
    expect(backend.target).not.toBe(target)
  })

  it.each([
    [
      'a getter',
      {
        ...nullBackend(),
        get name() {
          return broken()
        },
      },
    ],
    [
      'a getter deep in the target',
      {
        ...nullBackend(),
        target: {
          ...nullBackend().target,
          get ops() {
            return broken()
          },
        },
      },
    ],
    ['a proxy', new Proxy(nullBackend(), { get: broken })],
  ])('%s that throws: BACKEND_INVALID', (_, made) => {
    expect(() => copyBackend(made, code)).toThrow(
      expect.objectContaining({ code: 'BACKEND_INVALID', at: ['./nova.mjs'], found: 'reading it throws: broken' }),
    )
  })

  it('a function where data is wanted, and members that nothing reads, are told', () => {
    const { target } = nullBackend()
    const broken = { ...nullBackend(), target: { ...target, tolerance: () => 1 } }
    expect(() => copyBackend(broken, code)).toThrow(
      expect.objectContaining({ found: expect.stringContaining('target.tolerance is a function') }),
    )
    const more = { ...nullBackend(), simplified: [], target: { ...target, typeFollower: [] } }
    expect(() => copyBackend(more, code)).toThrow(
      expect.objectContaining({
        found: expect.stringMatching(/simplified.*perhaps simplify.*target\.typeFollower.*perhaps typeFollowers/),
      }),
    )
  })
})
