import type { Artifact, ArtifactNames, Diagnostic, Graph, LoweredNode, Node, OpDefinition, Refusal, Value } from '@q/ir'
import { attributesOf, elementBytes, elementCount, floatOps, isQError, quantizedOps, suggest } from '@q/ir'

type Fields = Readonly<Record<string, unknown>>

/**
 * What a lowering returned, copied.
 *
 * @param wanted results of the float node that something uses
 * @throws TypeError that says which node or value is none, and why
 */
export function loweredNode(returned: unknown, wanted: readonly string[]): LoweredNode {
  const lowered = (returned ?? {}) as Fields
  const { hoisted, operands, renamed, diagnostics } = lowered
  if (!Array.isArray(lowered['nodes']) || !Array.isArray(lowered['values'])) throw new TypeError('it returned no nodes and values')
  const made: LoweredNode = {
    nodes: listOf(lowered['nodes'], 'nodes', nodeOf),
    values: listOf(lowered['values'], 'values', valueOf),
    ...(hoisted === undefined ? {} : { hoisted: listOf(hoisted, 'hoisted', nodeOf) }),
    ...(operands === undefined ? {} : { operands: mapOf(operands, 'operands') as NonNullable<LoweredNode['operands']> }),
    ...(renamed === undefined ? {} : { renamed: mapOf(renamed, 'renamed') as NonNullable<LoweredNode['renamed']> }),
    ...(diagnostics === undefined ? {} : { diagnostics: listOf(diagnostics, 'diagnostics', diagnosticAt) }),
  }
  checkResults(made, wanted)
  return made
}

/** Every result has a type, and every result that is wanted is made. */
function checkResults({ nodes, hoisted = [], values, renamed }: LoweredNode, wanted: readonly string[]): void {
  const typed = new Set(values.map(({ name }) => name))
  const made = [...nodes, ...hoisted].flatMap(({ op, outputs }) => outputs.map((name) => ({ op, name })))
  const untyped = made.find(({ name }) => !typed.has(name))
  if (untyped !== undefined) throw new TypeError(`values has no type for ${untyped.name}, which ${untyped.op} makes`)
  const missing = wanted.find((name) => renamed?.has(name) !== true && !made.some((each) => each.name === name))
  if (missing === undefined) return
  const instead = made.length === 0 ? 'nothing' : made.map(({ name }) => name).join(', ')
  throw new TypeError(`no node makes ${missing}, and renamed does not say what stands for it; its nodes make ${instead}`)
}

/** What emit returned, copied. @throws TypeError when it is no artifact */
export function artifactOf(returned: unknown): Artifact {
  const { files, model, portable, compiled, boundary, diagnostics, then } = fieldsOf(returned, 'what it returned')
  if (typeof then === 'function') {
    // Nobody else waits for it.
    Promise.resolve(returned).catch(() => {})
    throw new TypeError('it returned a promise: what emit makes is wanted at once')
  }
  if (!(files instanceof Map)) throw new TypeError('it returned no Map of files')
  for (const name of files.keys())
    if (typeof name !== 'string') throw new TypeError(`files has the key ${described(name)}: wanted a file name`)
  return {
    files: new Map(files as Artifact['files']),
    ...(model === undefined ? {} : { model: textOf(model, 'model') }),
    ...(portable === undefined ? {} : { portable: portable === true }),
    ...(compiled === undefined ? {} : { compiled: textOf(compiled, 'compiled') }),
    ...(boundary === undefined ? {} : { boundary: { ...fieldsOf(boundary, 'boundary') } }),
    diagnostics: diagnostics === undefined ? [] : listOf(diagnostics, 'diagnostics', diagnosticAt),
  }
}

/** What fileNames returned, copied. @throws TypeError when it holds no names */
export function artifactNames(returned: unknown): ArtifactNames {
  const { files, model, compiled } = fieldsOf(returned, 'what it returned')
  return {
    files: listOf(files, 'files', (each) => textOf(each, 'a file name')),
    ...(model === undefined ? {} : { model: textOf(model, 'model') }),
    ...(compiled === undefined ? {} : { compiled: textOf(compiled, 'compiled') }),
  }
}

/** What restrict returned, copied: a reason, whatever its level, or nothing. @throws TypeError when it is neither */
export function refusalOf(returned: unknown): Refusal | undefined {
  return returned === undefined ? undefined : saidAt(returned, 'what it returned')
}

function diagnosticAt(given: unknown, place: string): Diagnostic {
  const { level } = fieldsOf(given, place)
  if (level !== 'note' && level !== 'warning') throw new TypeError(`${place}.level is ${described(level)}: wanted "note" or "warning"`)
  return { level, ...saidAt(given, place) }
}

function saidAt(given: unknown, place: string): Pick<Diagnostic, 'code' | 'message' | 'at'> {
  const { code, message, at } = fieldsOf(given, place)
  return {
    code: textOf(code, `${place}.code`),
    message: textOf(message, `${place}.message`),
    at: listOf(at, `${place}.at`, textOf),
  }
}

/** What a pass or a reader returned. @throws TypeError when it is no graph */
export function graphOf(returned: unknown): Graph {
  const graph = fieldsOf(returned, 'what it returned')
  for (const list of ['nodes', 'inputs', 'outputs']) {
    if (!Array.isArray(graph[list])) throw new TypeError(`it returned no graph: ${list} is ${described(graph[list])}`)
  }
  if (!(graph['values'] instanceof Map)) throw new TypeError(`it returned no graph: values is ${described(graph['values'])}, not a Map`)
  return returned as Graph
}

function nodeOf(given: unknown, place: string): Node {
  const { op, inputs, outputs, attrs, origin } = fieldsOf(given, place)
  const name = textOf(op, `${place}.op`)
  if (!isOperator(name)) {
    const near = suggest(name, [...quantizedOps.keys(), ...floatOps.keys()])
    throw new TypeError(`${place}.op: there is no operator ${name}${near.length === 0 ? '' : `; perhaps ${near.join(' or ')}`}`)
  }
  const results = listOf(outputs, `${place}.outputs (${name})`, textOf)
  if (results.length === 0) throw new TypeError(`${place}.outputs (${name}) is empty`)
  const node: Node = {
    op: name,
    inputs: listOf(inputs, `${place}.inputs (${name})`, (each, at) => (each === undefined ? undefined : textOf(each, at))),
    outputs: results,
    attrs: { ...fieldsOf(attrs, `${place}.attrs (${name})`) } as Node['attrs'],
    ...(origin === undefined ? {} : { origin: listOf(origin, `${place}.origin (${name})`, textOf) }),
  }
  const definition = quantizedOps.get(name) ?? floatOps.get(name)
  if (definition !== undefined) checkAttributes(node, definition, place)
  return node
}

function checkAttributes(node: Node, definition: OpDefinition, place: string): void {
  try {
    attributesOf(node, definition)
  } catch (error) {
    if (!isQError(error)) throw error
    throw new TypeError(`${place}.attrs: ${error.message}: found ${error.found}, wanted ${error.wanted}`)
  }
}

/** An operator of this program, or one of the back end's own, which has a prefix (`acme.Lut`). */
const isOperator = (name: string): boolean => quantizedOps.has(name) || floatOps.has(name) || /^\w+\.\w+$/.test(name)

function valueOf(given: unknown, place: string): Value {
  const value = fieldsOf(given, place)
  const name = textOf(value['name'], `${place}.name`)
  const type = fieldsOf(value['type'], `${place}.type (${name})`)
  const { dtype, shape } = type
  if (!Object.hasOwn(elementBytes, String(dtype))) {
    throw new TypeError(`${place}.type.dtype (${name}) is ${described(dtype)}: wanted ${Object.keys(elementBytes).join(', ')}`)
  }
  const dims = listOf(shape, `${place}.type.shape (${name})`, (dim, at) => {
    if (typeof dim !== 'number' || !Number.isInteger(dim) || dim < 0)
      throw new TypeError(`${at} is ${described(dim)}: wanted a whole number`)
    return dim
  })
  if (value['constant'] !== undefined) {
    const { data } = fieldsOf(value['constant'], `${place}.constant (${name})`)
    if (!ArrayBuffer.isView(data)) throw new TypeError(`${place}.constant.data (${name}) is ${described(data)}: wanted a typed array`)
    const { length } = data as Uint8Array
    if (length !== elementCount(dims)) {
      throw new TypeError(`${place}.constant.data (${name}) has ${length} elements, its shape [${dims.join(', ')}] ${elementCount(dims)}`)
    }
  }
  return { ...(given as Value) }
}

function listOf<Item>(given: unknown, place: string, read: (each: unknown, place: string) => Item): readonly Item[] {
  if (!Array.isArray(given)) throw new TypeError(`${place} is ${described(given)}: wanted a list`)
  return Array.from(given as readonly unknown[], (each, i) => read(each, `${place}[${i}]`))
}

function mapOf(given: unknown, place: string): ReadonlyMap<unknown, unknown> {
  if (!(given instanceof Map)) throw new TypeError(`${place} is ${described(given)}: wanted a Map`)
  return new Map(given as ReadonlyMap<unknown, unknown>)
}

function fieldsOf(given: unknown, place: string): Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(`${place} is ${described(given)}: wanted an object`)
  return given as Fields
}

function textOf(given: unknown, place: string): string {
  if (typeof given !== 'string' || given === '') throw new TypeError(`${place} is ${described(given)}: wanted a name`)
  return given
}

function described(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`
}
