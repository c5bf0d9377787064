import { type Artifact, checkArtifact } from '../contracts/artifact.ts'
import type { Backend } from '../contracts/backend.ts'
import type { Graph, Value } from '../graph/types.ts'
import { check } from './runner.ts'

/** What graphs are emitted with. */
const options = { name: 'small', time: 0 } as const

/** Fails when emitting makes no file, other bytes the second time, or the same bytes for other constants: files that the chip needs are missing then. */
export function checkEmit(backend: Backend, graph: Graph): void {
  const artifact = backend.emit(graph, options)
  checkArtifact(artifact, backend.name)
  check(artifact.files.size > 0, 'emit makes no file')
  checkTold(backend, graph)
  const again = backend.emit(graph, options)
  check([...artifact.files.keys()].join() === [...again.files.keys()].join(), 'emitting twice gives other files')
  const changed = differing(artifact, again)
  check(changed === undefined, `emitting ${changed} twice gives other bytes`)
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs))
  for (const value of graph.values.values()) {
    if (value.constant === undefined || value.constant.data.length === 0 || !used.has(value.name)) continue
    const other = backend.emit({ ...graph, values: new Map([...graph.values, [value.name, withOtherElement(value)]]) }, options)
    check(differing(artifact, other) !== undefined, `no file depends on the elements of the constant ${value.name}: where is it?`)
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
