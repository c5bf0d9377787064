import type { Backend, ChipToolchain, LowerOp } from '@q/ir'
import { isQError, QError } from '@q/ir'

/**
 * A back end of a module whose errors name it and the stage: what it throws, but a QError, becomes one `BACKEND_FAILED`, and what it
 * returns is looked at where a wrong result would only be noticed elsewhere.
 *
 * @param place how the user named it
 */
export function guardBackend(backend: Backend, place: string): Backend {
  const failed = (stage: string, error: unknown, at: readonly string[] = []): never => {
    if (isQError(error)) throw error
    throw new QError('BACKEND_FAILED', `the back end ${backend.name} failed in ${stage}`, {
      at: [place, stage, ...at],
      found: error instanceof Error ? error.message : String(error),
      wanted: 'a result',
      hint: 'correct the module, or ask its author; Q_DEBUG=1 shows where',
      cause: error,
    })
  }
  const run = <Result>(stage: string, work: () => Result, at?: readonly string[]): Result => {
    try {
      return work()
    } catch (error) {
      return failed(stage, error, at)
    }
  }
  const wait = <Result>(stage: string, work: () => Promise<Result>): Promise<Result> =>
    Promise.resolve(run(stage, work)).catch((error: unknown) => failed(stage, error))
  const lower = (op: string, each: LowerOp): LowerOp => {
    return (node, context) =>
      run(
        `lower ${op}`,
        () => {
          const lowered = each(node, context) as ReturnType<LowerOp> | undefined
          if (!Array.isArray(lowered?.nodes) || !Array.isArray(lowered.values)) {
            throw new TypeError('it returned no nodes and values')
          }
          return lowered
        },
        node.outputs,
      )
  }
  const passes = <P extends { readonly name: string; run(...args: never[]): unknown }>(
    list: readonly P[] | undefined,
    kind: string,
  ): readonly P[] =>
    (list ?? []).map((pass) => ({
      ...pass,
      name: pass.name,
      run: (...args: Parameters<P['run']>) => run(`${kind} ${pass.name}`, () => pass.run(...args)),
    }))
  const toolchain = (found: ChipToolchain): ChipToolchain => ({
    compiler: found.compiler,
    compile: (artifact) =>
      wait('compile', async () => {
        const compiled = await found.compile(artifact)
        const { simulate } = compiled
        return simulate === undefined
          ? compiled
          : { ...compiled, simulate: (inputs) => wait('simulate', () => simulate.call(compiled, inputs)) }
      }),
  })
  const { reader, compiler, facts, restrict } = backend
  return {
    name: backend.name,
    target: backend.target,
    lower: Object.fromEntries(Object.entries(backend.lower).map(([op, each]) => [op, lower(op, each)])),
    prepare: passes(backend.prepare, 'prepare'),
    rewrite: passes(backend.rewrite, 'rewrite'),
    simplify: passes(backend.simplify, 'simplify'),
    emit: (graph, options) =>
      run('emit', () => {
        const artifact = backend.emit(graph, options) as ReturnType<Backend['emit']> | undefined
        if (!(artifact?.files instanceof Map)) throw new TypeError('it returned no Map of files')
        return { ...artifact, diagnostics: artifact.diagnostics ?? [] }
      }),
    ...(facts === undefined ? {} : { facts: (graph) => run('facts', () => facts.call(backend, graph)) }),
    ...(restrict === undefined ? {} : { restrict: (...args) => run('restrict', () => restrict.apply(backend, args)) }),
    ...(reader === undefined
      ? {}
      : {
          reader: {
            endings: reader.endings,
            read: (bytes: Uint8Array, file: string) => run('reader', () => reader.read(bytes, file), [file]),
          },
        }),
    ...(compiler === undefined
      ? {}
      : {
          compiler: {
            commandLines: (artifact, model) => run('command lines', () => compiler.commandLines(artifact, model)),
            find: (host, folder) =>
              wait('find the compiler', async () => {
                const found = await compiler.find(host, folder)
                return found === undefined ? undefined : toolchain(found)
              }),
          },
        }),
  }
}
