import type { AttrValue, Tensor, TensorType } from '@q/ir'
import { swapChannels } from '@q/ir/lowering'
import type { NodeForm, ReadForm, WriteForm } from './spelling.ts'

/**
 * Weights of transposed convolutions lie as `[M, C / group, …kernel]` group by group in the file,
 * declared as `[M / group, C, …kernel]`; the graph has ONNX's `[C, M / group, …kernel]`.
 */
export function fromStoredDeconv(form: ReadForm, attrs: Readonly<Record<string, AttrValue>>): NodeForm {
  const [, weight] = form.inputs
  if (weight === undefined || !form.isConstant(weight)) return {}
  const group = (attrs['group'] as number | undefined) ?? 1
  const stored = form.typeOf(weight)
  const [perGroup, channels, ...kernel] = stored.shape as [number, number, ...number[]]
  const type: TensorType = { ...stored, shape: [channels, perGroup, ...kernel] }
  const constant = form.constantOf(weight)
  form.define({
    name: weight,
    type,
    isConstant: true,
    ...(constant === undefined ? {} : { constant: swapped(constant, group, perGroup, channels / group, type.shape) }),
  })
  return {}
}

/** The operands of the text, with the weight brought into the file's order. */
export function toStoredDeconv(form: WriteForm): readonly (string | undefined)[] {
  const [x, weight, bias] = form.inputs
  if (weight === undefined || !form.isConstant(weight)) return [x, weight, bias]
  const group = form.attrs['group'] as number
  const type = form.typeOf(weight)
  const [channels, perGroup, ...kernel] = type.shape as [number, number, ...number[]]
  const constant = form.constantOf(weight)
  const stored: TensorType = { ...type, shape: [perGroup, channels, ...kernel] }
  return [
    x,
    form.replace(weight, stored, constant === undefined ? undefined : swapped(constant, group, channels / group, perGroup, stored.shape)),
    bias,
  ]
}

/** `[group, outer, inner, …]` read as `[group, inner, outer, …]`. */
function swapped({ dtype, data }: Tensor, group: number, outer: number, inner: number, shape: readonly number[]): Tensor {
  return { dtype, shape, data: swapChannels(data, { group, outer, inner }) }
}
