/** How the library's tensors tell what their codes stand for (spec/acuity.md 6.3). */
export type OvxQuant =
  | { readonly kind: 'NONE' }
  | { readonly kind: 'DFP'; readonly fl: number }
  | { readonly kind: 'AFFINE_ASYMMETRIC'; readonly scale: number; readonly zeroPoint: number }
  | { readonly kind: 'AFFINE_SYMMETRIC'; readonly scale: number }
  | { readonly kind: 'AFFINE_PERCHANNEL_SYMMETRIC'; readonly scales: readonly number[]; readonly channelDim: number }

/** Element types of the library. */
export type OvxType = 'UINT8' | 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FLOAT16' | 'FLOAT32' | 'BFLOAT16'

/** A tensor of the library's graph. */
export interface OvxTensor {
  /** The layer that makes it, or the constant. */
  readonly name: string
  readonly kind: 'input' | 'output' | 'constant' | 'virtual'
  /** The innermost dimension first. */
  readonly size: readonly number[]
  readonly type: OvxType
  readonly quant: OvxQuant
  /** Of constants, little-endian. */
  readonly bytes?: Uint8Array
}

/** A number, a word of the library, or a list that stands beside the graph. */
export type OvxParam = number | string | { readonly list: readonly number[]; readonly type: string } | { readonly each: readonly number[] }

/** A node of the library's graph. */
export interface OvxNode {
  /** The layer. */
  readonly name: string
  /** Behind `VSI_NN_OP_`. */
  readonly op: string
  /** Places in the list of tensors. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  /** Members of `nn_param`, by their path. */
  readonly params: Readonly<Record<string, OvxParam>>
}

/** A network as the library builds it. */
export interface OvxGraph {
  readonly name: string
  readonly tensors: readonly OvxTensor[]
  /** Each behind those that make what it reads. */
  readonly nodes: readonly OvxNode[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}
