import type { AttrValue } from '@q/ir'

/** What an attribute of an ONNX operator holds; a `type` is the number of an element type. */
export type OnnxAttrType = 'int' | 'float' | 'string' | 'ints' | 'floats' | 'strings' | 'tensor' | 'type' | 'graph'

/**
 * What reading a network makes of an attribute:
 * - `read`: every value of it is honoured, or refused where the form of the operator is found;
 * - `only`: these values are honoured, others are refused;
 * - `harmless`: it says nothing about results.
 */
export type AttrUse = { readonly kind: 'read' | 'harmless' } | { readonly kind: 'only'; readonly values: readonly AttrValue[] }

/** An attribute of an ONNX operator, in the versions of the operator set that have it. */
export interface AttrSignature {
  readonly type: OnnxAttrType
  /** What ONNX takes for it where it is left out; absent when it must be given, or when it follows from the operands. */
  readonly default?: AttrValue
  readonly since: number
  readonly until: number
  readonly use: AttrUse
  /** Whether a node without it is none. @default false */
  readonly isRequired?: boolean
}

/** What elements of an operand have to be: `number` is no truth value, `index` an integer of 32 or 64 bits. */
export type OperandKind = (typeof operandKinds)[number]
const operandKinds = ['bool', 'float', 'number', 'int', 'index', 'i64'] as const

/** An operand of an ONNX operator. */
export interface OperandSignature {
  readonly name: string
  readonly presence: 'one' | 'optional' | 'many'
  /** What its elements have to be; absent where they may be of all kinds. */
  readonly of?: OperandKind
}

/** An ONNX operator, in all versions of the operator set. */
export interface Signature {
  readonly name: string
  /** The empty name is ONNX's own. */
  readonly domain: string
  readonly since: number
  /** The last version of the operator set that has it. */
  readonly until: number
  /** Whether a runtime of ONNX has it; others are read from files that bring them along, and no model is written with them. */
  readonly isOnnx: boolean
  /** Operands from each version on. */
  readonly operands: ReadonlyMap<number, readonly OperandSignature[]>
  /** An attribute whose default changed stands once for each. */
  readonly attrs: ReadonlyMap<string, readonly AttrSignature[]>
}

type Words = readonly string[]
const spec = (type: OnnxAttrType, fallback: AttrValue | undefined): AttrSignature => ({
  type,
  since: 1,
  until: Number.POSITIVE_INFINITY,
  use: { kind: 'read' },
  ...(fallback === undefined ? {} : { default: fallback }),
})

/** A whole number. */
export const int = (fallback?: number): AttrSignature => spec('int', fallback)
/** A number. */
export const float = (fallback?: number): AttrSignature => spec('float', fallback)
/** Whole numbers. */
export const ints = (): AttrSignature => spec('ints', undefined)
/** Numbers. */
export const floats = (): AttrSignature => spec('floats', undefined)
/** A word. */
export const word = (fallback?: string): AttrSignature => spec('string', fallback)
/** A tensor. */
export const tensor = (): AttrSignature => spec('tensor', undefined)
/** A graph. */
export const graph = (): AttrSignature => spec('graph', undefined)
/** The number of an element type. */
export const elementType = (): AttrSignature => spec('type', undefined)

/** In that version of the operator set and newer ones. */
export const since = (version: number, attr: AttrSignature): AttrSignature => ({ ...attr, since: version })
/** In that version of the operator set and older ones. */
export const until = (version: number, attr: AttrSignature): AttrSignature => ({ ...attr, until: version })
/** Refused unless it has one of these values. */
export const only = (values: readonly number[] | Words, attr: AttrSignature): AttrSignature => ({ ...attr, use: { kind: 'only', values } })
/** Yes or no, as 1 and 0: of another number programs make one or the other. */
export const flag = (fallback: 0 | 1): AttrSignature => only([0, 1], int(fallback))
/** Has to be given. */
export const required = (attr: AttrSignature): AttrSignature => ({ ...attr, isRequired: true })
/** Without influence on results. */
export const harmless = (attr: AttrSignature): AttrSignature => ({ ...attr, use: { kind: 'harmless' } })

/** What {@link signature} is given. */
export interface SignatureParts {
  /** First version of the operator set that has it. @default 1 */
  readonly since?: number
  /** Last version of the operator set that has it. @default the newest */
  readonly until?: number
  readonly domain?: string
  /** @default true */
  readonly isOnnx?: boolean
  readonly attrs?: Readonly<Record<string, AttrSignature | readonly AttrSignature[]>>
}

/**
 * Writes an operator down.
 *
 * @param operands their names, `?` behind optional ones and `*` behind a list, before that `:float`, or another kind, where they are nothing else; by version where their places changed
 */
export function signature(name: string, operands: string | Readonly<Record<number, string>>, parts: SignatureParts = {}): Signature {
  checkParts(name, parts)
  const { since: first = 1, until: last = Number.POSITIVE_INFINITY, domain = '', isOnnx = true, attrs = {} } = parts
  const versions = typeof operands === 'string' ? { [first]: operands } : operands
  return {
    name,
    domain,
    since: first,
    until: last,
    isOnnx,
    operands: new Map(Object.entries(versions).map(([version, text]) => [Number(version), text.split(' ').filter(Boolean).map(operandOf)])),
    attrs: new Map(Object.entries(attrs).map(([attr, signatures]) => [attr, [signatures].flat()])),
  }
}

/** Writes an operator down that ONNX does not have; files bring it along in ONNX's own domain or in `com.microsoft`. Attributes stand under `attrs`, as in {@link signature}. */
export const extension = (name: string, operands: string, parts: Pick<SignatureParts, 'attrs'> = {}): Signature =>
  signature(name, operands, { ...parts, isOnnx: false })

/** A file's attribute that is written down in the wrong place would be read as unknown. */
function checkParts(name: string, parts: SignatureParts): void {
  const stray = Object.keys(parts).find((part) => !['since', 'until', 'domain', 'isOnnx', 'attrs'].includes(part))
  if (stray !== undefined) throw new Error(`the signature of ${name} has no part ${stray}; attributes stand under attrs`)
  const wrong = Object.entries(parts.attrs ?? {}).find(([, attr]) => [attr].flat().some((each) => each.type === undefined))
  if (wrong !== undefined) throw new Error(`the attribute ${wrong[0]} of ${name} is not made by int, float, ints, floats, word, …`)
}

function operandOf(text: string): OperandSignature {
  const presence = text.endsWith('?') ? 'optional' : text.endsWith('*') ? 'many' : 'one'
  const [name = '', word] = text.replace(/[?*]$/, '').split(':')
  const of = operandKinds.find((kind) => kind === word)
  return { name, presence, ...(of === undefined ? {} : { of }) }
}
