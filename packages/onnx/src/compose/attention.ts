import { type FormView, numberAttr, refuse } from '../normalize/form.ts'
import { attentionMask } from './attention-mask.ts'
import { type AttentionSizes, attentionSizes } from './attention-sizes.ts'
import type { Body, Compose } from './body.ts'

/** An operand with an axis of heads behind that of samples. */
function withHeads(view: FormView, body: Body, place: number, heads: number, { isFlat, batch }: AttentionSizes): string | undefined {
  if (!isFlat) return view.inputs[place]
  const { shape } = view.type(place)
  const apart = body.node('Reshape', [view.inputs[place], body.whole(batch, shape[1]!, heads, shape[2]! / heads)])
  return body.node('Transpose', [apart], { perm: [0, 2, 1, 3] })
}

/** Remembered keys or values before the new ones, which are a result where the network asks for it. */
function present(view: FormView, body: Body, place: 1 | 2, sizes: AttentionSizes): string | undefined {
  const added = withHeads(view, body, place, sizes.keyHeads, sizes)
  const past = view.inputs[place + 3]
  const parts = past === undefined ? [added] : [past, added]
  const result = view.outputs[place]
  if (view.isUsed(result)) {
    if (past === undefined) body.result('Identity', parts, {}, place)
    else body.result('Concat', parts, { axis: 2 }, place)
    return result
  }
  return past === undefined ? added : body.node('Concat', parts, { axis: 2 })
}

/** Below 0 there is no root of it, by which ONNX multiplies both factors. */
function scaleOf(view: FormView, size: number): number {
  const scale = (view.attrs['scale'] as number | undefined) ?? 1 / Math.sqrt(size)
  return scale >= 0 ? scale : refuse(view, 'Attention with this scale is not supported', `scale ${scale}`, '0 or more')
}

/** Refuses what versions of ONNX compute differently under one version of the operator set: ONNX 1.19 adds the mask first, ONNX 1.23 and its runtime cap first. */
function checkOrder(view: FormView, hasMask: boolean, cap: number): void {
  const wanted = 'one of them: versions of ONNX differ in what comes first'
  if (cap > 0 && hasMask) refuse(view, 'Attention with softcap and a mask is not supported', `softcap ${cap} and a mask`, wanted)
  const mode = numberAttr(view, 'qk_matmul_output_mode')
  const isTold = view.isUsed(view.outputs[3]) && (mode === 1 || mode === 2)
  if (isTold && (hasMask || (mode === 1 && cap > 0)))
    refuse(
      view,
      'Attention that tells products of this kind is not supported',
      `qk_matmul_output_mode ${mode} with ${hasMask ? 'a mask' : `softcap ${cap}`}`,
      'qk_matmul_output_mode 0 or 3: versions of ONNX differ in what others tell',
    )
}

/**
 * `softmax(softcap(q k^T scale + mask)) v`. Heads of queries that share keys are rows of one product.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Attention.html
 */
export const attention: Compose = (view, body) => {
  const sizes = attentionSizes(view)
  const { isFlat, batch, queryHeads, keyHeads, queries, keys, size, valueSize } = sizes
  const { dtype } = view.type(0)
  const rows = (queryHeads / keyHeads) * queries
  const isShared = keyHeads !== queryHeads
  const together = (x: string | undefined, last: number): string | undefined =>
    isShared ? body.node('Reshape', [x, body.whole(batch, keyHeads, rows, last)]) : x
  const apart = (x: string, last: number): string =>
    isShared ? body.node('Reshape', [x, body.whole(batch, queryHeads, queries, last)]) : x

  const query = together(withHeads(view, body, 0, queryHeads, sizes), size)
  const key = present(view, body, 1, sizes)
  const value = present(view, body, 2, sizes)
  const products = apart(body.node('MatMul', [query, body.node('Transpose', [key], { perm: [0, 1, 3, 2] })]), keys)
  const scaled = body.node('Mul', [products, body.constant(dtype, scaleOf(view, size))])
  const mask = attentionMask(view, body, sizes)
  const cap = numberAttr(view, 'softcap')
  checkOrder(view, mask !== undefined, cap)
  const sums = mask === undefined ? scaled : body.node('Add', [scaled, mask])
  const capped = cap > 0 ? softcapped(body, sums, body.constant(dtype, cap)) : sums
  const weights = body.node('Softmax', [capped], { axis: -1 })
  const told = [scaled, sums, capped, weights][numberAttr(view, 'qk_matmul_output_mode')]
  if (view.isUsed(view.outputs[3])) body.result('Identity', [told], {}, 3)

  const values = view.type(2).dtype === dtype ? value : body.node('Cast', [value], { to: dtype })
  const product = (): readonly [string | undefined, string | undefined] => [together(weights, keys), values]
  if (isFlat) {
    const made = apart(body.node('MatMul', product()), valueSize)
    body.result('Reshape', [body.node('Transpose', [made], { perm: [0, 2, 1, 3] }), body.whole(batch, queries, queryHeads * valueSize)])
  } else if (isShared) {
    body.result('Reshape', [body.node('MatMul', product()), body.whole(batch, queryHeads, queries, valueSize)])
  } else body.result('MatMul', product())
  return true
}

/** Between minus and plus a number, by its hyperbolic tangent. */
const softcapped = (body: Body, x: string, cap: string): string => body.node('Mul', [body.node('Tanh', [body.node('Div', [x, cap])]), cap])
