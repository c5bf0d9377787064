import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeOnnx } from '../src/index.ts'
import { otherOperators } from '../src/signature/other-operators.ts'
import type { Signature } from '../src/signature/signature.ts'
import { attributeAt, signatures } from '../src/signature/signatures.ts'
import { onnxFile } from './onnx-file.ts'

/** A version of an operator as ONNX 1.23 says it. */
interface Schema {
  readonly op: string
  readonly version: number
  /** The operator is no longer one from this version on. */
  readonly isDeprecated: boolean
  readonly operands: readonly string[]
  /** Attributes by name: `type`, `type!` where it has to be given, or `type=default`. */
  readonly attributes: ReadonlyMap<string, string>
}

/** Written by the `onnx` package from its own schemas: `operator version | operands | attribute:type=default …`, `attribute:type!` where it has to be given. */
const schemas = readFileSync(join(import.meta.dirname, 'onnx-schemas.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line): Schema => {
    const [head = '', operands = '', attributes = ''] = line.split('|')
    const [op = '', version = '', deprecated = ''] = head.split(' ')
    const words = (text: string) => text.split(' ').filter(Boolean)
    return {
      op,
      version: Number(version),
      isDeprecated: deprecated !== '',
      operands: words(operands),
      attributes: new Map(words(attributes).map((each) => [each.slice(0, each.indexOf(':')), each.slice(each.indexOf(':') + 1)])),
    }
  })

const inTable = schemas.flatMap((schema) => {
  const signature = signatures.get(schema.op)
  return signature === undefined ? [] : [{ schema, signature, title: `${schema.op} ${schema.version}` }]
})

/** Written by the `onnx` package 1.14 from its own schemas, of all versions from 7 on: `operator operand:kind …`; strings are left out. */
const kindsOf = new Map(
  readFileSync(join(import.meta.dirname, 'onnx-operand-kinds.txt'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [op = '', ...operands] = line.split(' ')
      return [op, operands.map((each) => each.split(':')[1] ?? '')] as const
    }),
)

/** The table's attributes in a version, as {@link Schema} writes them. */
function attributesIn(signature: Signature, version: number): ReadonlyMap<string, string> {
  return new Map(
    [...signature.attrs.keys()].flatMap((name): [string, string][] => {
      const known = attributeAt(signature, name, version)
      if (known === undefined) return []
      const type = known.type === 'type' ? 'int' : known.type
      return [[name, known.default === undefined ? `${type}${known.isRequired === true ? '!' : ''}` : `${type}=${String(known.default)}`]]
    }),
  )
}

const text = (attributes: ReadonlyMap<string, string>) => [...attributes].map((each) => each.join(':')).sort()
/** Attributes that no network of numbers can have: a node with one is refused, as the table does not have it. */
const unread = new Set(['Constant.sparse_value:other', 'Constant.value_string:string', 'Constant.value_strings:strings'])
const isCurrent = ({ version }: Schema): boolean => version >= 7

describe("the table of operators and ONNX's own schemas", () => {
  it('each attribute of each version from 7 on is in the table, with its type and its default, or that it has to be given, and no other', () => {
    const differing = inTable
      .filter(({ schema }) => isCurrent(schema))
      .flatMap(({ schema, signature, title }) => {
        const ours = text(attributesIn(signature, schema.version)).map(rounded)
        const theirs = text(schema.attributes).map(rounded)
        return [
          ...theirs.filter((each) => !ours.includes(each) && !unread.has(`${schema.op}.${each}`)).map((each) => `${title} lacks ${each}`),
          ...ours.filter((each) => !theirs.includes(each)).map((each) => `${title} has ${each}`),
        ]
      })
    expect(differing).toEqual([])
  })

  it('each operand takes the kinds of elements that ONNX has for it', () => {
    const differing = [...signatures.values()].flatMap((signature) => {
      const theirs = kindsOf.get(signature.name)
      const [, operands = []] = [...signature.operands].sort(([a], [b]) => b - a)[0] ?? []
      if (theirs === undefined || signature.domain !== '') return []
      return operands.flatMap(({ name, of = 'any' }, i) =>
        theirs[i] === undefined || of === theirs[i] ? [] : [`${signature.name} ${name} is ${theirs[i]}, not ${of}`],
      )
    })
    expect(differing).toEqual([])
  })

  // Resize 11 needs a part and factors by its schema; files leave them out, and runtimes take those.
  it('each operand of each version from 7 on is in the table, in its place', () => {
    const differing = inTable
      .filter(({ schema }) => isCurrent(schema))
      .flatMap(({ schema, signature, title }) => {
        const versions = [...signature.operands]
          .filter(([first]) => first <= Math.max(schema.version, signature.since))
          .sort(([a], [b]) => b - a)
        const ours = (versions[0]?.[1] ?? []).map(({ presence }) => presence).join(' ')
        const theirs = schema.operands
          .map((operand) => (operand.endsWith('?') ? 'optional' : operand.endsWith('*') ? 'many' : 'one'))
          .join(' ')
        return ours === theirs || title === 'Resize 11' ? [] : [`${title}: ${theirs}, and here ${ours}`]
      })
    expect(differing).toEqual([])
  })

  it('each operator has its first version and its last', () => {
    const deprecated = inTable
      .filter(
        ({ schema: { op, version, isDeprecated } }) => isDeprecated && !schemas.some((each) => each.op === op && each.version > version),
      )
      .map(({ schema, signature }) => [schema.version - 1, signature.until])
    expect(deprecated).toHaveLength(2)
    for (const [theirs, ours] of deprecated) expect(ours).toBe(theirs)
    const first = new Map<string, number>()
    for (const { op, version } of schemas) first.set(op, Math.min(version, first.get(op) ?? version))
    const differing = [...first].filter(([op, version]) => signatures.has(op) && signatures.get(op)!.since !== version)
    expect(differing.filter(([op]) => signatures.get(op)!.isOnnx)).toEqual([])
  })

  it('a node that lacks an attribute which has to be given is refused by its name', async () => {
    const required = inTable.flatMap(({ schema, signature }) =>
      isCurrent(schema) && !schema.isDeprecated && signature.isOnnx
        ? [...schema.attributes].filter(([, type]) => type.endsWith('!')).map(([name]) => ({ schema, name }))
        : [],
    )
    const found = await Promise.all(
      required.map(async ({ schema: { op, version, operands, attributes }, name }) => {
        const others = [...attributes.keys()].filter((each) => each !== name && /^(?!graph).*!$/.test(attributes.get(each)!))
        const attrs = Object.fromEntries(others.map((each) => [each, attributes.get(each) === 'ints!' ? [1] : 1]))
        const file = onnxFile({
          inputs: { x: [1, 4, 4, 4] },
          nodes: [[op, operands.map(() => 'x').join(' '), 'y', attrs]],
          outputs: 'y',
          opset: version,
        })
        return decodeOnnx(file).then(
          () => `${op} ${version} is read without ${name}`,
          ({ message, wanted }: { readonly message: string; readonly wanted?: string }) =>
            message.endsWith(`lacks its attribute ${wanted}`) ? undefined : `${op} ${version} ${name}: ${message}`,
        )
      }),
    )
    expect(required.length).toBeGreaterThan(30)
    expect(found.filter((each) => each !== undefined)).toEqual([])
  })

  it('an operator that is not in the table is refused by its name, and no other is proposed', async () => {
    const missing = [...new Set(schemas.map(({ op }) => op))].filter((op) => !signatures.has(op))
    const found = await Promise.all(
      missing.map(async (op) => {
        const file = onnxFile({ inputs: { x: [2, 3] }, nodes: [[op, 'x', 'y']], outputs: 'y', opset: 20 })
        return decodeOnnx(file).then(
          () => `${op} is read`,
          (error: { readonly code?: string; readonly found?: string }) =>
            error.code === 'ONNX_UNSUPPORTED_OP' && error.found === `${op} x1 (y)` ? undefined : `${op}: ${String(error)}`,
        )
      }),
    )
    expect(found.filter((each) => each !== undefined)).toEqual([])
    expect([...otherOperators].sort()).toEqual(missing.sort())
  })
})

/** Defaults are float32 numbers, which are written in many ways. */
function rounded(attribute: string): string {
  const [name, value] = attribute.split('=')
  // Lists have no defaults in the table: the code that reads them has.
  if (name?.endsWith(':ints')) return name
  return value === undefined || Number.isNaN(Number(value)) ? attribute : `${name}=${Math.fround(Number(value))}`
}
