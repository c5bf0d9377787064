/** A layer of a file of TPU-MLIR. */
export interface TopLayer {
  /** As the file spells it, `top.Conv`. */
  readonly operator: string
  /** Names of its results. */
  readonly names: readonly string[]
  /** Names of the results it computes with, without weights. */
  readonly operands: readonly string[]
}

/**
 * The layers of a file, as TPU-MLIR 1.30.2 asks for them: by one name each. A layer with several results has a joint name, which no layer
 * computes with; the names of its results are names of no layer.
 */
export interface TopFile {
  /** In the order of the file. */
  readonly names: readonly string[]
  readonly operators: readonly string[]
  /** undefined for one of several results. */
  operatorOf(name: string | undefined): string | undefined
  /** The results that a layer computes with; none for one of several results. */
  before(name: string | undefined): readonly string[]
  /** What computes with a result: all results of each such layer. */
  after(name: string | undefined): readonly string[]
  /** What computes with a result, without layers with several results. */
  users(name: string): readonly string[]
}

const border = '\n'

/** Indexes the layers of a file. */
export function topFileOf(layers: readonly TopLayer[]): TopFile {
  const byName = new Map(layers.map((layer) => [layer.names.join(border), layer]))
  const made = new Set(layers.flatMap(({ names }) => names))
  const usersBy = new Map<string, TopLayer[]>()
  for (const layer of layers)
    for (const name of new Set(layer.operands)) {
      const users = usersBy.get(name)
      if (users === undefined) usersBy.set(name, [layer])
      else users.push(layer)
    }
  const usersOf = (name: string | undefined): readonly TopLayer[] => (name === undefined ? [] : (usersBy.get(name) ?? []))
  return {
    names: layers.map(({ names }) => names.join(border)),
    operators: layers.map(({ operator }) => operator),
    operatorOf: (name) => (name === undefined ? undefined : byName.get(name)?.operator),
    before: (name) => (name === undefined ? [] : (byName.get(name)?.operands ?? []).filter((operand) => made.has(operand))),
    after: (name) => usersOf(name).flatMap(({ names }) => names),
    users: (name) => usersOf(name).flatMap(({ names }) => (names.length === 1 ? names : [])),
  }
}

/** The names of the results that names of layers stand for. */
export const resultsOf = (names: Iterable<string>): readonly string[] => [...new Set([...names].flatMap((name) => name.split(border)))]
