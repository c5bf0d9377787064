/** Sketches of transformers, in the order in which TPU-MLIR has their operators. */

const feedForward = (sum: string, act: string): string =>
  `n2 = LayerNormalization(${sum}, w); up = MatMul(n2, w); act = ${act}(up); down = MatMul(act, w)`

/** The first steps of attention with products apart. */
const apartOf = (features: string): string => `
  q = MatMul(${features}, w); k = MatMul(${features}, w); v = MatMul(${features}, w)
  kr = Reshape(k); kp = Transpose(kr); qr = Reshape(q); vr = Reshape(v); qp = Transpose(qr); vp = Transpose(vr)`

/** The last steps of attention. */
const ending = (weights: string, values: string): string => `
  c = MatMul(${weights}, ${values}); cp = Transpose(c); cr = Reshape(cp); mixed = MatMul(cr, w)`

export const bert = `
  s0 = Add(words, places); n = LayerNormalization(s0, w)
  ${apartOf('n')}
  s = MatMul(qp, kp); sc = Mul(s, #); sm = Add(sc, mask); p = Softmax(sm)
  ${ending('p', 'vp')}
  s1 = Add(mixed, n)
  ${feedForward('s1', 'Gelu')}
  s2 = Add(down, n2); n3 = LayerNormalization(s2, w)`

export const smoothedBert = `
  s0 = Add(words, places); n = LayerNormalization(s0, w); f = Mul(n, w)
  ${apartOf('f')}
  s = MatMul(qp, kp); sc = Mul(s, #); sm = Add(sc, mask); p = Softmax(sm)
  ${ending('p', 'vp')}
  s1 = Add(mixed, n)
  n2 = LayerNormalization(s1, w); f2 = Mul(n2, w); up = MatMul(f2, w); act = Gelu(up); down = MatMul(act, w)
  s2 = Add(down, n2); n3 = LayerNormalization(s2, w)`

/** A block of ViT: its names end in a number. */
const vitBlock = (i: number): string =>
  `n = LayerNormalization(x, w); all = MatMul(n, w); r = Reshape(all); a = Slice(r); b = Slice(r); d = Slice(r)
   as = Squeeze(a); bs = Squeeze(b); ds = Squeeze(d); ap = Transpose(as); aq = Mul(ap, #); bp = Transpose(bs); bt = Transpose(bp)
   s = MatMul(aq, bt); p = Softmax(s); dp = Transpose(ds); c = MatMul(p, dp); cp = Transpose(c); cr = Reshape(cp); mixed = MatMul(cr, w)
   s1 = Add(mixed, x); n2 = LayerNormalization(s1, w); up = MatMul(n2, w); act = Gelu(up); down = MatMul(act, w); y = Add(down, s1)`.replaceAll(
    /\b([a-z]\w*)\b(?!\()/g,
    (name) => (name === 'w' ? name : name === 'x' ? `y_${i - 1}` : `${name}_${i}`),
  )

/** ViT of some blocks. */
export const vitOf = (blocks: number): string => `
  patches = Conv(image, w); flat = Reshape(patches); turned = Transpose(flat); tokens = Concat(turned, first); y_0 = Add(tokens, w)
  ${Array.from({ length: blocks }, (_, i) => vitBlock(i + 1)).join('\n')}`

/** ViT as a library of layers exports it: batch and places are exchanged around attention. TPU-MLIR does not know it. */
export const turnedVit = `
  y0 = Add(tokens, w); n = LayerNormalization(y0, w); t = Transpose(n); all = MatMul(t, w); a = Slice(all); b = Slice(all); d = Slice(all)
  ar = Reshape(a); ap = Transpose(ar); br = Reshape(b); dr = Reshape(d); dp = Transpose(dr); aq = Mul(ap, #); bt = Transpose(br); s = MatMul(aq, bt); p = Softmax(s)
  ${ending('p', 'dp')}
  back = Reshape(mixed); turned = Transpose(back); s1 = Add(turned, y0)
  ${feedForward('s1', 'Gelu')}
  y = Add(down, s1)`

export const deit = `
  s0 = Add(tokens, places); n = LayerNormalization(s0, w); all = MatMul(n, w); r = Reshape(all)
  a = Slice(r); as = Squeeze(a); b = Slice(r); bs = Squeeze(b); d = Slice(r); ds = Squeeze(d)
  ap = Transpose(as); bp = Transpose(bs); bt = Transpose(bp); s = MatMul(ap, bt); sc = Mul(s, #); p = Softmax(sc); dp = Transpose(ds)
  ${ending('p', 'dp')}
  s1 = Add(mixed, s0)
  ${feedForward('s1', 'Gelu')}
  s2 = Add(down, s1)`

export const detr = `
  s0 = Add(picture, before); n = LayerNormalization(s0, w); placed = Add(n, places)
  q = MatMul(placed, w); k = MatMul(placed, w); v = MatMul(n, w)
  qr = Reshape(q); qp = Transpose(qr); kr = Reshape(k); vr = Reshape(v); kp = Transpose(kr); qs = Mul(qp, #); vp = Transpose(vr)
  s = MatMul(qs, kp); p = Softmax(s)
  ${ending('p', 'vp')}
  back = Reshape(mixed); s1 = Add(n, back); n2 = LayerNormalization(s1, w); up = MatMul+relu(n2, w); down = MatMul(up, w); s2 = Add(n2, down)
  n3 = LayerNormalization(s2, w)`

export const clip = `
  n = LayerNormalization(x, w); q = MatMul(n, w); k = MatMul(n, w); v = MatMul(n, w)
  qr = Reshape(q); qp = Transpose(qr); kr = Reshape(k); kp = Transpose(kr); vr = Reshape(v); vp = Transpose(vr); kt = Transpose(kp)
  s = MatMul(qp, kt); sc = Mul(s, #); p = Softmax(sc); c = MatMul(p, vp); cp = Transpose(c); cr = Reshape(cp)
  inner = LayerNormalization(cr, w); mixed = MatMul(inner, w); s1 = Add(mixed, x)
  n2 = LayerNormalization(s1, w); up = MatMul(n2, w); act = Gelu(up); inner2 = LayerNormalization(act, w); down = MatMul(inner2, w)
  s2 = Add(down, s1)`

export const attention = `
  ${apartOf('x')}
  s = MatMul(qp, kp); sc = Mul(s, #); p = Softmax(sc)
  ${ending('p', 'vp')}
  y = Add(mixed, x)`

/** Products apart, as OpenCLIP has them. */
const openclipBlock = (i: string, mask: string, scores: string): string =>
  `n = LayerNormalization(${'X'}, w); q = MatMul(n, w); k = MatMul(n, w); kr = Reshape(k); kp = Transpose(kr); v = MatMul(n, w); vr = Reshape(v); vp = Transpose(vr)
   qr = Reshape(q); qp = Transpose(qr); qf = Reshape(qp); kf = Reshape(kp); vf = Reshape(vp); kt = Transpose(kf)
   s = MatMul(qf, kt); ${mask} p = Softmax(${scores}); c = MatMul(p, vf); cr = Reshape(c); cp = Transpose(cr); cf = Reshape(cp); mixed = MatMul(cf, w)
   s1 = Add(mixed, ${'X'}); n2 = LayerNormalization(s1, w); up = MatMul(n2, w); sc = Mul(up, #); g = Sigmoid(sc); gated = Mul(up, g); down = MatMul(gated, w)
   y = Add(down, s1)`
    .replaceAll(/\b([a-z]\w*)\b(?!\()/g, (name) => (name === 'w' ? name : `${i}${name}`))
    .replaceAll(/\bX\b/g, i === 't2' ? 't1y' : `${i}x`)

const unitLength = (i: string, from: string): string => `
  ${i}abs = Abs(${from}); ${i}square = Mul(${i}abs, ${i}abs); ${i}total = ReduceSum(${i}square); ${i}length = Sqrt(${i}total); ${i}unit = Div(${from}, ${i}length)`

const masked = 'sr = Reshape(s); sa = Add(sr, causal); sb = Add(sa, w); sf = Reshape(sb);'

export const openclip = `
  ${openclipBlock('v', '', 's')}
  vone = Gather(vy, #); vn = LayerNormalization(vone, w); vout = MatMul(vn, w)
  ${openclipBlock('t1', masked, 'sf')}
  ${openclipBlock('t2', masked, 'sf')}
  tone = Gather(t2y, #); tn = LayerNormalization(tone, w); tout = MatMul(tn, w)
  ${unitLength('v', 'vout')}
  ${unitLength('t', 'tout')}
  turned = Transpose(vunit); likeness = MatMul(tunit, turned); scaled = Mul(likeness, #); out = Transpose(scaled)`

/** Where scores of attention are scaled. */
export type Scaled = 'scores' | 'queries' | 'both'

/** Scores of the queries `qp` and keys `kp`, up to the weights `p`. */
const weightsOf = (scaled: Scaled, mask: boolean): string => {
  const first =
    scaled === 'scores'
      ? 's0a = MatMul(qp, kp); s = Mul(s0a, #)'
      : scaled === 'queries'
        ? 'qs = Mul(qp, #); s = MatMul(qs, kp)'
        : 'qs = Mul(qp, #); ks = Mul(kp, #); s = MatMul(qs, ks)'
  return `${first}; ${mask ? 'sm = Add(s, mask); p = Softmax(sm)' : 'p = Softmax(s)'}`
}

/** BERT as today's exports have it. @param mask whether there is one */
export const bertOf = (scaled: Scaled, mask: boolean): string => `
  s0 = Add(words, places); n = LayerNormalization(s0, w)
  ${apartOf('n')}
  ${weightsOf(scaled, mask)}
  ${ending('p', 'vp')}
  s1 = Add(mixed, n)
  ${feedForward('s1', 'Gelu')}
  s2 = Add(down, n2); n3 = LayerNormalization(s2, w)`

/** ViT as today's exports have it. @param apart whether queries, keys and values are of a product each */
export const vitExport = (scaled: Scaled, apart: boolean): string => `
  s0 = Add(tokens, places); n = LayerNormalization(s0, w)
  ${
    apart
      ? apartOf('n')
      : 'all = MatMul(n, w); r = Reshape(all); a = Slice(r); b = Slice(r); d = Slice(r); as = Squeeze(a); bs = Squeeze(b); ds = Squeeze(d); qp = Transpose(as); kt = Transpose(bs); kp = Transpose(kt); vp = Transpose(ds)'
  }
  ${weightsOf(scaled, false)}
  ${ending('p', 'vp')}
  s1 = Add(mixed, s0)
  ${feedForward('s1', 'Gelu')}
  s2 = Add(down, s1)`

/** A decoder of texts: a mask, and normalizations in front of products. */
export const decoder = `
  s0 = Add(words, places); n = LayerNormalization(s0, w)
  ${apartOf('n')}
  ${weightsOf('both', true)}
  ${ending('p', 'vp')}
  s1 = Add(mixed, s0)
  ${feedForward('s1', 'Gelu')}
  s2 = Add(down, s1)`

/** CLIP's encoder of pictures: its own GELU. */
export const quickClip = `
  s0 = Add(tokens, places); n0 = LayerNormalization(s0, w); n = LayerNormalization(n0, w)
  ${apartOf('n')}
  ${weightsOf('queries', false)}
  ${ending('p', 'vp')}
  s1 = Add(mixed, n0); n2 = LayerNormalization(s1, w); up = MatMul(n2, w); sc = Mul(up, #); gate = Sigmoid(sc); gated = Mul(up, gate); down = MatMul(gated, w)
  s2 = Add(down, s1)`

/** CLIP's encoder of texts, with a mask; how scores are scaled is part of the weights. */
export const quickClipTexts = `
  s0 = Add(words, places); n = LayerNormalization(s0, w)
  ${apartOf('n')}
  s = MatMul(qp, kp); sm = Add(s, mask); p = Softmax(sm)
  ${ending('p', 'vp')}
  s1 = Add(mixed, s0); n2 = LayerNormalization(s1, w); up = MatMul(n2, w); sc = Mul(up, #); gate = Sigmoid(sc); gated = Mul(up, gate); down = MatMul(gated, w)
  s2 = Add(down, s1)`

/** The encoder of DETR as another library has it: features come from a convolution, scores may be masked. */
export const detrOf = (scaled: Scaled | 'never', mask: boolean): string => `
  f = Conv(picture, w); fr = Reshape(f); ft = Transpose(fr); placed = Add(ft, places)
  q = MatMul(placed, w); k = MatMul(placed, w); v = MatMul(ft, w); qr = Reshape(q); qp = Transpose(qr); kr = Reshape(k); kp = Transpose(kr); vr = Reshape(v); vp = Transpose(vr)
  ${scaled === 'never' ? `s = MatMul(qp, kp); ${mask ? 'sm = Add(s, mask); p = Softmax(sm)' : 'p = Softmax(s)'}` : weightsOf(scaled, mask)}
  ${ending('p', 'vp')}
  s1 = Add(ft, mixed); n = LayerNormalization(s1, w); up = MatMul+relu(n, w); down = MatMul(up, w); s2 = Add(n, down); n2 = LayerNormalization(s2, w)`

/** Scores that a mask puts another number in the place of. */
export const masksThatChoose = (text: string): string => text.replace('sm = Add(s, mask)', 'sm = Where(mask, w, s)')
