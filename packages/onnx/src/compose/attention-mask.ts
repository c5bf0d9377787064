import { type FormView, numberAttr, refuse } from '../normalize/form.ts'
import type { AttentionSizes } from './attention-sizes.ts'
import type { Body } from './body.ts'
import { bounded } from './bounded.ts'

const never = Number.NEGATIVE_INFINITY

/** What is added to the products of an Attention: its mask, minus infinity for keys that come after, and for those beyond the length of a sample. */
export function attentionMask(view: FormView, body: Body, sizes: AttentionSizes): string | undefined {
  const terms = [givenMask(view, body, sizes), laterKeys(view, body, sizes), missingKeys(view, body, sizes)]
  checkRows(view, sizes)
  return terms.reduce((sum, each) => (sum === undefined || each === undefined ? (sum ?? each) : body.node('Add', [sum, each])), undefined)
}

/** 0 where a truth is, minus infinity elsewhere. */
const unless = (view: FormView, body: Body, truth: string | undefined): string => {
  const { dtype } = view.type(0)
  return body.node('Where', [truth, body.constant(dtype, 0), body.constant(dtype, never)])
}

/** The mask as terms; keys beyond its end are left out. */
function givenMask(view: FormView, body: Body, { batch, queryHeads, queries, keys }: AttentionSizes): string | undefined {
  const mask = view.inputs[3]
  if (mask === undefined) return undefined
  const { dtype, shape } = view.type(3)
  const full = [batch, queryHeads, queries, keys]
  const missing = keys - shape.at(-1)!
  const isFitting = shape.slice(0, -1).every((d, i) => d === 1 || d === full[i + 4 - shape.length])
  if (shape.length < 2 || shape.length > 4 || !isFitting || missing < 0)
    refuse(view, 'Attention with attn_mask of this shape is not supported', `[${shape.join(', ')}]`, `[${full.join(', ')}], or fewer keys`)
  const own = view.type(0).dtype
  const terms = dtype === 'bool' ? unless(view, body, mask) : dtype === own ? mask : body.node('Cast', [mask], { to: own })
  if (missing === 0) return terms
  const pads = body.whole(...shape.map(() => 0), ...shape.map((_, i) => (i === shape.length - 1 ? missing : 0)))
  return body.node('Pad', [terms, pads, body.constant(own, never)])
}

/** A query sees the keys that are remembered and those up to its own place. */
function laterKeys(view: FormView, body: Body, { queries, keys, past }: AttentionSizes): string | undefined {
  if (numberAttr(view, 'is_causal') === 0) return undefined
  const terms = Float32Array.from({ length: bounded(queries * keys) }, (_, i) => (i % keys > Math.floor(i / keys) + past ? never : 0))
  return body.constant(view.type(0).dtype, terms, [queries, keys])
}

/** Each sample may have fewer keys than there is place for. */
function missingKeys(view: FormView, body: Body, { batch, keys }: AttentionSizes): string | undefined {
  const lengths = view.inputs[6]
  if (lengths === undefined) return undefined
  const { shape } = view.type(6)
  if (numberAttr(view, 'is_causal') !== 0)
    refuse(
      view,
      'Attention with is_causal and nonpad_kv_seqlen is not supported',
      'both',
      'one of them: versions of ONNX differ in where a sample ends',
    )
  if (shape.length !== 1 || shape[0] !== batch)
    refuse(view, 'Attention with nonpad_kv_seqlen of this shape is not supported', `[${shape.join(', ')}]`, `[${batch}]`)
  const places = body.constant(
    'i64',
    Float64Array.from({ length: bounded(keys) }, (_, i) => i),
    [1, 1, 1, keys],
  )
  return unless(view, body, body.node('Less', [places, body.node('Reshape', [lengths, body.whole(batch, 1, 1, 1)])]))
}

/** Refuses a known mask that leaves a query without keys: the mean of nothing is NaN by some versions of ONNX, and 0 by others. */
function checkRows(view: FormView, { keys, past }: AttentionSizes): void {
  const known = view.inputs[3] === undefined ? undefined : view.known(3)
  if (known === undefined) return
  const [rows, width] = [known.shape.at(-2)!, known.shape.at(-1)!]
  const isLeftOut = (term: number): boolean => (known.dtype === 'bool' ? term === 0 : term === never)
  const isCausal = numberAttr(view, 'is_causal') !== 0
  for (let row = 0; row * width < known.data.length; row++) {
    // Of a row for all queries the first one sees the fewest keys.
    const seen = isCausal ? Math.min(width, keys, (row % rows) + past + 1) : width
    if (known.data.subarray(row * width, row * width + seen).every(isLeftOut))
      refuse(view, 'Attention of a query that sees no key is not supported', `row ${row} of attn_mask`, 'a key for every query')
  }
}
