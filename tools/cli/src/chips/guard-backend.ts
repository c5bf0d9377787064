import type { Backend, ChipToolchain, CompiledModel, Graph, LowerOp } from '@q/ir'
import { verifyGraph } from '@q/ir'
import { runForeign, waitForeign } from '../modules/foreign-code.ts'
import type { ForeignCode } from '../modules/module-kind.ts'
import { createHandedOut } from './handed-out.ts'
import { artifactNames, artifactOf, graphOf, loweredNode, refusalOf } from './returned.ts'

/**
 * A back end of a module whose errors name it and the stage: what it throws, but a QError, becomes one `BACKEND_FAILED`, and what it
 * returns is read at once where a wrong result would only be noticed elsewhere. What it writes to what it is given changes nothing outside of it.
 */
export function guardBackend(backend: Backend, module: ForeignCode): Backend {
  const handed = createHandedOut()
  const run = <Result>(stage: string, work: () => Result, at?: readonly string[]): Result =>
    runForeign({ ...module, stage, ...(at === undefined ? {} : { at }) }, work)
  const wait = <Result>(stage: string, work: () => Promise<Result>): Promise<Result> => waitForeign({ ...module, stage }, work)
  const lower = (op: string, each: LowerOp): LowerOp => {
    return (node, context) => {
      const used = () => node.outputs.filter((name) => context.useCount(name) > 0)
      return run(`lower ${op}`, () => loweredNode(each(handed.node(node), handed.context(context)), used()), node.outputs)
    }
  }
  /** A pass is given a graph first. */
  const handedArguments = <Args extends readonly unknown[]>([graph, ...more]: Args): Args =>
    [handed.graph(graph as Graph), ...more] as unknown as Args
  const passes = <P extends { readonly name: string; run(...args: never[]): unknown }>(
    list: readonly P[] | undefined,
    kind: string,
  ): readonly P[] =>
    (list ?? []).map((pass) => ({
      ...pass,
      run: (...args: Parameters<P['run']>) => run(`${kind} ${pass.name}`, () => graphOf(pass.run(...handedArguments(args)))),
    }))
  const compiledModel = (compiled: CompiledModel): CompiledModel => {
    const { files, simulate } = compiled
    if (!(files instanceof Map)) throw new TypeError('it returned no Map of files')
    return { files, ...(simulate === undefined ? {} : { simulate: (inputs) => wait('simulate', () => simulate.call(compiled, inputs)) }) }
  }
  const toolchain = (found: ChipToolchain): ChipToolchain => ({
    compiler: String(found.compiler),
    compile: (artifact, options) => wait('compile', async () => compiledModel(await found.compile(artifact, options))),
  })
  const { reader, compiler, facts, restrict, fileNames, planFile, withMeans, takePictures } = backend
  return {
    name: backend.name,
    target: backend.target,
    lower: Object.fromEntries(Object.entries(backend.lower).map(([op, each]) => [op, lower(op, each)])),
    rewrite: passes(backend.rewrite, 'rewrite'),
    simplify: passes(backend.simplify, 'simplify'),
    emit: (graph, options) => run('emit', () => artifactOf(backend.emit(createHandedOut().graph(graph), options))),
    ...(planFile === undefined
      ? {}
      : {
          planFile: (graph, plan, name) =>
            run('plan file', () => {
              const file = planFile(handed.graph(graph), new Map(plan), name)
              return { name: String(file.name), text: String(file.text) }
            }),
        }),
    ...(fileNames === undefined ? {} : { fileNames: (...args) => run('file names', () => artifactNames(fileNames(...args))) }),
    ...(withMeans === undefined
      ? {}
      : {
          withMeans: (graph, means) =>
            run('means', () => {
              const given = new Map(Array.from(means, ([name, numbers]) => [name, numbers.slice()]))
              const made = graphOf(withMeans(createHandedOut().graph(graph), given))
              verifyGraph(made)
              return made
            }),
        }),
    ...(takePictures === undefined
      ? {}
      : {
          takePictures: (graph, pictures) =>
            run('take pictures', () => {
              const taken = graphOf(takePictures(createHandedOut().graph(graph), pictures))
              verifyGraph(taken)
              return taken
            }),
        }),
    ...(facts === undefined
      ? {}
      : {
          facts: (graph) =>
            run('facts', () => {
              const told: unknown = facts(handed.graph(graph))
              if (!(told instanceof Map)) throw new TypeError('it returned no Map from layer to facts')
              return new Map(told)
            }),
        }),
    ...(restrict === undefined
      ? {}
      : { restrict: (...args) => run('restrict', () => refusalOf(restrict(handed.node(args[0]), handed.context(args[1])))) }),
    ...(reader === undefined
      ? {}
      : {
          reader: {
            endings: reader.endings,
            read: (bytes, file, readBeside) =>
              waitForeign({ ...module, stage: 'reader', at: [file] }, async () => {
                const graph = graphOf(await reader.read(bytes, file, readBeside))
                verifyGraph(graph)
                return graph
              }),
            ...(reader.describe === undefined
              ? {}
              : { describe: (bytes, file) => run('reader', () => String(reader.describe!(bytes, file))) }),
          },
        }),
    ...(compiler === undefined
      ? {}
      : {
          compiler: {
            options: Array.from(compiler.options ?? [], String),
            commandLines: (artifact, model, options) =>
              run('command lines', () => Array.from(compiler.commandLines(artifact, model, options), String)),
            find: (host, folder) =>
              wait('find the compiler', async () => {
                const found = await compiler.find(host, folder)
                return found === undefined ? undefined : toolchain(found)
              }),
          },
        }),
  }
}
