import type { Artifact, Backend, Graph } from '@q/ir'
import { nullBackend } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { backEndModule } from './back-end-module.ts'
import { copyBackend } from './copy-backend.ts'
import { guardBackend } from './guard-backend.ts'

const graph: Graph = { name: 'g', inputs: [], outputs: [], nodes: [], values: new Map(), ops: new Map(), properties: {} }
const code = { kind: backEndModule, word: './nova.mjs', file: '/nova.mjs', name: 'null' }
const guarded = (whole: Backend): Backend => guardBackend(copyBackend(whole, code), code)

describe('what goes through', () => {
  const files = new Map([['net.x', new Uint8Array()]])
  const artifact: Required<Artifact> = {
    files,
    model: 'net.x',
    portable: true,
    compiled: 'net.y',
    boundary: { inputs: [1], codedInputs: true },
    diagnostics: [],
  }
  const whole: Required<Backend> = {
    ...nullBackend(),
    emit: () => artifact,
    fileNames: () => ({ files: ['net.x'] }),
    planFile: (_, plan, name) => ({ name: `${name}.list`, text: [...plan.keys()].join() }),
    withMeans: (given, means) => ({ ...given, name: [...means.keys()].join() }),
    takePictures: (taken) => ({ ...taken, name: 'pictures' }),
    reader: { endings: ['.x'], read: () => graph, describe: () => 'text' },
    compiler: { options: ['opt'], find: async () => undefined, commandLines: () => [] },
    rewrite: [],
    simplify: [],
    facts: () => new Map(),
    restrict: () => undefined,
  }

  it('is every member of a back end', () => {
    const members = Object.keys(whole).sort()
    expect(Object.keys(guarded(whole)).sort()).toEqual(members)
    expect(Object.keys(guardBackend(copyBackend(Object.create(whole), code), code)).sort()).toEqual(members)
  })

  it('is every member of an artifact', () => {
    expect(guarded(whole).emit(graph, { name: 'net', time: 0 })).toEqual(artifact)
  })

  it('is the plan for the chip’s own tools', () => {
    expect(guarded(whole).planFile!(graph, new Map([['y', 'F16']]), 'net')).toEqual({ name: 'net.list', text: 'y' })
  })

  it('is the graph with means', () => {
    expect(guarded(whole).withMeans!(graph, new Map([['y', Float64Array.of(1)]])).name).toBe('y')
  })

  it('is the graph that takes pictures', () => {
    expect(guarded(whole).takePictures!(graph, {}).name).toBe('pictures')
  })
})
