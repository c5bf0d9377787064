import type { Attrs, AttrValue, Node, Tensor, TensorType, Value } from '@q/ir'
import type { ElementName, MlirAttributes, MlirOperation } from '../text/mlir-module.ts'
import type { Field } from './field.ts'

/** An operation being read. */
export interface ReadForm {
  readonly operation: MlirOperation
  /** Layer name. */
  readonly layer: string
  readonly at: readonly string[]
  /** Value names of the operands, `undefined` for none. */
  readonly inputs: readonly (string | undefined)[]
  readonly resultTypes: readonly TensorType[]
  typeOf(name: string): TensorType
  /** Elements of a constant, when they are known. */
  constantOf(name: string): Tensor | undefined
  isConstant(name: string): boolean
  /** Adds a constant, or replaces the one of this name; returns its name. */
  define(value: Value): string
}

/** A node being written. */
export interface WriteForm {
  readonly node: Node
  readonly at: readonly string[]
  /** Attributes with defaults filled in. */
  readonly attrs: Attrs
  /** Properties of the whole graph. */
  readonly properties: Attrs
  readonly inputs: readonly (string | undefined)[]
  readonly outputTypes: readonly TensorType[]
  typeOf(name: string): TensorType
  constantOf(name: string): Tensor | undefined
  isConstant(name: string): boolean
  /** Operator of the node that makes a value, if one does. */
  makerOf(name: string): string | undefined
  /** The nodes that use a value. */
  readersOf(name: string): readonly Node[]
  /** Writes another tensor in place of a constant, or one that the text needs beside those of the node, under a name that no value has. */
  replace(name: string, type: TensorType, constant: Tensor | undefined): string
}

/** What a spelling makes of an operation, beside the attributes that its fields read. */
export interface NodeForm {
  readonly inputs?: readonly (string | undefined)[]
  readonly attrs?: Attrs
  readonly unrounded?: boolean
}

/** A constant operand of one element that the text writes as an attribute. */
export interface ConstantField {
  /** Place of the operand in the node. */
  readonly at: number
  readonly name: string
  /** True when the operation keeps the operand's place, as none. */
  readonly keepsPlace?: boolean
}

/** One way in which the text writes an operator of the graph. */
export interface Spelling {
  /** Name of the operation, without its dialect. */
  readonly name: string
  /** Name of the graph's operator. */
  readonly op: string
  readonly fields: readonly Field[]
  /** Number of operands in the text; places beyond the node's are none. @default as many as the node has */
  readonly operands?: number
  /** Number of results in the text; those beyond the node's are none. @default as many as the node has */
  readonly results?: number
  readonly constants?: readonly ConstantField[]
  /** Further conditions for reading with this spelling. */
  readonly reads?: (form: ReadForm) => boolean
  /** Further conditions for writing with this spelling. */
  readonly writes?: (form: WriteForm) => boolean
  /** What cannot be said by fields. */
  readonly read?: (form: ReadForm, attrs: Readonly<Record<string, AttrValue>>) => NodeForm
  /** Operands in the text's order; `undefined` is none. @default the node's */
  readonly writeInputs?: (form: WriteForm) => readonly (string | undefined)[]
  /** Element type of a constant operand where it is not the usual one. */
  readonly elementName?: (form: WriteForm, operand: number) => ElementName | undefined
  /** Attributes that no field can say, a dictionary for example; they are not read. */
  readonly writeAttributes?: (form: WriteForm) => MlirAttributes
  /** Codes that quantized results are confined to. */
  readonly codes?: { readonly min: number; readonly max: number }
}

/** Spellings by operation name and by operator. */
export interface SpellingBook {
  readonly dialect: 'top' | 'tpu'
  readonly byName: ReadonlyMap<string, readonly Spelling[]>
  readonly byOp: ReadonlyMap<string, readonly Spelling[]>
}

/** Indexes spellings; where several fit, the first is taken. */
export function spellingBook(dialect: 'top' | 'tpu', spellings: readonly Spelling[]): SpellingBook {
  const byName = new Map<string, Spelling[]>()
  const byOp = new Map<string, Spelling[]>()
  for (const spelling of spellings) {
    byName.set(spelling.name, [...(byName.get(spelling.name) ?? []), spelling])
    byOp.set(spelling.op, [...(byOp.get(spelling.op) ?? []), spelling])
  }
  return { dialect, byName, byOp }
}
