import { type Artifact, checkArtifact } from '../contracts/artifact.ts'
import type { Backend } from '../contracts/backend.ts'
import type { Executor } from '../contracts/executor.ts'
import type { Graph, Value } from '../graph/types.ts'
import { changedFacts } from './graph-facts.ts'
import { check } from './runner.ts'
import { computesOther, typeFacts } from './type-facts.ts'

/** What graphs are emitted with. */
const options = { name: 'small', time: 0 } as const

/**
 * Fails when emitting makes no file, other bytes the second time, text of a known format that is none, or the same bytes for two graphs that differ in what
 * is computed: an element of a constant, an attribute, an operator, an operand, the scale or the zero point of a cast. The format of the files need not be known: equal
 * bytes cannot be two programs.
 */
export function checkEmit(backend: Backend, graph: Graph): void {
  const artifact = backend.emit(graph, options)
  check(artifact.files.size > 0, 'emit makes no file')
  checkArtifact(artifact, backend.name)
  checkTold(backend, graph)
  const again = backend.emit(graph, options)
  check([...artifact.files.keys()].join() === [...again.files.keys()].join(), 'emitting twice gives other files')
  const changed = differing(artifact, again)
  check(changed === undefined, `emitting ${changed} twice gives other bytes`)
  checkFormats(artifact)
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs))
  for (const value of graph.values.values()) {
    if (value.constant === undefined || value.constant.data.length === 0 || !used.has(value.name)) continue
    const other = backend.emit({ ...graph, values: new Map([...graph.values, [value.name, withOtherElement(value)]]) }, options)
    check(differing(artifact, other) !== undefined, `no file depends on the elements of the constant ${value.name}: where is it?`)
  }
  for (const { fact, graph: other } of changedFacts(graph)) {
    check(emitsOther(backend, artifact, other), `no file depends on ${fact}: where is it?`)
  }
}

/**
 * Fails when files are the same bytes for two graphs that compute other numbers because a type says something else (zero points of any value, saturations, element types), or
 * for one output less. What a fact decides, a run shows; there is none where the files differ.
 */
export async function checkEmittedTypes(backend: Backend, graph: Graph, executor: () => Executor | Promise<Executor>): Promise<void> {
  const artifact = backend.emit(graph, options)
  for (const { fact, graph: other } of typeFacts(graph)) {
    if (emitsOther(backend, artifact, other)) continue
    const isDecided = await computesOther(graph, other, await executor())
    check(!isDecided, `no file depends on ${fact}, with which other numbers are computed: where is it?`)
  }
}

/** Whether a changed graph gives other files; one that the back end refuses to write does not give the same ones. */
function emitsOther(backend: Backend, artifact: Artifact, graph: Graph): boolean {
  try {
    const other = backend.emit(graph, options)
    return other.files.size !== artifact.files.size || differing(artifact, other) !== undefined
  } catch {
    return true
  }
}

/** What everybody reads by the ending of its name. */
function checkFormats({ files }: Artifact): void {
  for (const [name, bytes] of files) {
    if (name.endsWith('.json')) check(isJson(bytes), `${name} is not JSON`)
  }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

/** Fails when a file is made, or left to the compiler, of which the back end did not tell where it was asked before. */
function checkTold(backend: Backend, graph: Graph): void {
  if (backend.fileNames === undefined) return
  const { name, properties } = graph
  const network = { name, mode: String(properties['mode']), asymmetric: properties['asymmetric'] === true }
  for (const settings of [options, { ...options, planned: true, compiling: true }, { ...options, model: 'wanted.model' }]) {
    const { files, model, compiled } = backend.emit(graph, settings)
    const told = backend.fileNames(network, settings)
    const untold = [...files.keys()].filter((file) => !told.files.includes(file))
    check(untold.length === 0, `fileNames does not tell of ${untold.join(', ')}, which emit makes`)
    check(told.model === model, `fileNames tells of the model file ${told.model}, emit of ${model}`)
    check(told.compiled === compiled, `fileNames tells of the compiled file ${told.compiled}, emit of ${compiled}`)
  }
}

/** The first file whose bytes are not the same. */
function differing({ files }: Artifact, { files: others }: Artifact): string | undefined {
  return [...files].find(([name, bytes]) => {
    const other = others.get(name)
    return other?.length !== bytes.length || !bytes.every((byte, i) => byte === other[i])
  })?.[0]
}

/** The last element one more, or one less. */
function withOtherElement(value: Value): Value {
  const constant = value.constant!
  const data = constant.data.slice()
  const last = data.length - 1
  const element = data[last]!
  data[last] = typeof element === 'bigint' ? element ^ 1n : element > 0 ? element - 1 : element + 1
  return { ...value, constant: { ...constant, data } }
}
