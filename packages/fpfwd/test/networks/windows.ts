/** Sketches of transformers whose attention stays inside windows, and of EVA. */

/** One block of Swin; names end in a letter. */
const swinBlock = (i: string, from: string, shifted: boolean): string => {
  const roll = (name: string, to: string): string =>
    shifted
      ? `${to}a = Slice(${name}); ${to}b = Slice(${name}); ${to}c = Concat(${to}a, ${to}b); ${to}d = Slice(${to}c); ${to}e = Slice(${to}c); ${to} = Concat(${to}d, ${to}e)`
      : ''
  const [entry, exit] = [`${i}grid`, `${i}whole`]
  return `
  ${i}n = LayerNormalization(${from}, w)${shifted ? '' : `; ${entry} = Reshape(${i}n)`}
  ${shifted ? roll(`${i}n`, entry) : ''}
  ${shifted ? `${i}parts = Reshape(${entry}); ${i}pp = Transpose(${i}parts)` : `${i}pp = Transpose(${entry})`}; ${i}win = Reshape(${i}pp)
  ${i}all = MatMul(${i}win, w); ${i}r = Reshape(${i}all); ${i}a = Slice(${i}r); ${i}b = Slice(${i}r); ${i}d = Slice(${i}r)
  ${i}as = Squeeze(${i}a); ${i}bs = Squeeze(${i}b); ${i}ds = Squeeze(${i}d); ${i}ap = Transpose(${i}as); ${i}aq = Mul(${i}ap, #)
  ${i}bp = Transpose(${i}bs); ${i}bt = Transpose(${i}bp); ${i}s = MatMul(${i}aq, ${i}bt); ${i}sb = Add(${i}s, w); ${i}p = Softmax(${i}sb)
  ${i}dp = Transpose(${i}ds); ${i}c = MatMul(${i}p, ${i}dp); ${i}cp = Transpose(${i}c); ${i}cr = Reshape(${i}cp); ${i}mixed = MatMul(${i}cr, w)
  ${i}mr = Reshape(${i}mixed); ${i}mp = Transpose(${i}mr); ${exit}${shifted ? '0' : ''} = Reshape(${i}mp)
  ${shifted ? roll(`${exit}0`, exit) : ''}
  ${i}s1 = Add(${exit}, ${i === 'u' ? `${from}0` : from}); ${i}flat = Reshape(${i}s1); ${i}n2 = LayerNormalization(${i}flat, w)
  ${i}up = MatMul(${i}n2, w); ${i}act = Gelu(${i}up); ${i}down = MatMul(${i}act, w); ${i}y = Add(${i}down, ${i}flat)`
}

export const swin = `
  patches = Conv(image, w); x0 = Reshape(patches); turned = Transpose(x0); x = Reshape(turned)
  ${swinBlock('u', 'x', false)}
  grid = Reshape(uy)
  ${swinBlock('v', 'grid', true)}`

/** Attention inside stripes of one direction. @param wide whether stripes lie along rows, which takes more moves */
const stripe = (i: string, from: string, wide: boolean): string => {
  const inStripes = (to: string, rows: string): string =>
    wide
      ? `${to}a = Transpose(${rows}); ${to}b = Reshape(${to}a); ${to}c = Transpose(${to}b); ${to}d = Reshape(${to}c); ${to} = Transpose(${to}d)`
      : `${to}a = Reshape(${rows}); ${to} = Transpose(${to}a)`
  return `
  ${i}q0 = Slice(${from}); ${i}q1 = Reshape(${i}q0); ${i}k0 = Slice(${from}); ${i}k1 = Reshape(${i}k0); ${i}v0 = Slice(${from}); ${i}v1 = Reshape(${i}v0)
  ${inStripes(`${i}q`, `${i}q1`)}; ${inStripes(`${i}k`, `${i}k1`)}
  ${i}v2 = Reshape(${i}v1); ${i}v3 = Transpose(${i}v2); ${i}v4 = Reshape(${i}v3); ${i}conv = Conv(${i}v4, w); ${i}cr = Reshape(${i}conv); ${i}cp = Transpose(${i}cr)
  ${i}vr = Reshape(${i}v4); ${i}vp = Transpose(${i}vr); ${i}qm = Mul(${i}q, #); ${i}kt = Transpose(${i}k); ${i}s = MatMul(${i}qm, ${i}kt); ${i}p = Softmax(${i}s)
  ${i}c = MatMul(${i}p, ${i}vp); ${i}sum = Add(${i}c, ${i}cp); ${i}s1 = Transpose(${i}sum); ${i}s2 = Reshape(${i}s1); ${i}s3 = Transpose(${i}s2); ${i}sr = Reshape(${i}s3)`
}

export const cswin = `
  n = LayerNormalization(x, w); all = MatMul(n, w); r = Reshape(all); t = Transpose(r)
  ${stripe('a', 't', true)}
  ${stripe('b', 't', false)}
  both = Concat(asr, bsr); mixed = MatMul(both, w); s1 = Add(mixed, x)
  n2 = LayerNormalization(s1, w); up = MatMul(n2, w); act = Gelu(up); down = MatMul(act, w); y = Add(down, s1)`

/** Queries or keys turned by their place, in the order in which TPU-MLIR has the operators. */
const turned = (i: string, from: string): string => `
  ${i}one = Slice(${from}); ${i}x = Slice(${from}); ${i}cos = Mul(${i}x, w); ${i}odd = Slice(${i}x); ${i}minus = Mul(${i}odd, #); ${i}even = Slice(${i}x)
  ${i}ou = Unsqueeze(${i}minus); ${i}eu = Unsqueeze(${i}even); ${i}pair = Concat(${i}ou, ${i}eu); ${i}pr = Reshape(${i}pair); ${i}sin = Mul(${i}pr, w)
  ${i}sum = Add(${i}cos, ${i}sin); ${i}t = Concat(${i}one, ${i}sum)`

const gate = 'g = MatMul(n2, w); u = MatMul(n2, w); act = Silu(g); gated = Mul(act, u)'

export const eva = `
  s0 = Add(tokens, places); n = LayerNormalization(s0, w); all = MatMul(n, w); r = Reshape(all); a = Slice(r); b = Slice(r); d = Slice(r)
  as = Squeeze(a); bs = Squeeze(b); ds = Squeeze(d); ap = Transpose(as)
  ${turned('q', 'ap')}
  bp = Transpose(bs)
  ${turned('k', 'bp')}
  qm = Mul(qt, #); kt2 = Transpose(kt); s = MatMul(qm, kt2); p = Softmax(s); dp = Transpose(ds)
  c = MatMul(p, dp); cp = Transpose(c); cr = Reshape(cp); mixed = MatMul(cr, w); s1 = Add(mixed, s0)
  n2 = LayerNormalization(s1, w); ${gate}; down = MatMul(gated, w); y = Add(down, s1)`

export const evaNormed = `
  s0 = Add(tokens, places); n = LayerNormalization(s0, w)
  q = MatMul(n, w); qr = Reshape(q); qp = Transpose(qr); k = MatMul(n, w); kr = Reshape(k); kp = Transpose(kr); v = MatMul(n, w); vr = Reshape(v); vp = Transpose(vr)
  ${turned('q', 'qp')}
  ${turned('k', 'kp')}
  qm = Mul(qt, #); kt2 = Transpose(kt); s = MatMul(qm, kt2); p = Softmax(s)
  c = MatMul(p, vp); cp = Transpose(c); cr = Reshape(cp); mixed = MatMul(cr, w); s1 = Add(mixed, s0)
  n2 = LayerNormalization(s1, w); ${gate}; gn = LayerNormalization(gated, w); down = MatMul(gn, w); y = Add(down, s1)`

export const evaRope = `
  s0 = Add(tokens, places); n = LayerNormalization(s0, w); all = MatMul(n, w); r = Reshape(all); a = Slice(r); b = Slice(r); d = Slice(r)
  as = Squeeze(a); bs = Squeeze(b); ds = Squeeze(d); ap = Transpose(as); qt = Rope(ap, w); bp = Transpose(bs); kt = Rope(bp, w); qm = Mul(qt, #); kt2 = Transpose(kt)
  s = MatMul(qm, kt2); p = Softmax(s); dp = Transpose(ds)
  c = MatMul(p, dp); cp = Transpose(c); cr = Reshape(cp); mixed = MatMul(cr, w); s1 = Add(mixed, s0)
  n2 = LayerNormalization(s1, w); ${gate}; down = MatMul(gated, w); y = Add(down, s1)`

/** @param corrected whether weights of attention are corrected by factors */
export const eva02Of = (corrected: boolean): string => `
  n = LayerNormalization(x, w); q = MatMul(n, w); k = MatMul(n, w); v = MatMul(n, w)
  qr = Reshape(q); qp = Transpose(qr); kr = Reshape(k); kp = Transpose(kr); vr = Reshape(v); vp = Transpose(vr)
  qt = Rope(qp, w); kt = Rope(kp, w); kt2 = Transpose(kt); qm = Mul(qt, #); km = Mul(kt2, #); s = MatMul(qm, km); p = Softmax(s)
  ${corrected ? 'pf = Mul(p, w); c0 = MatMul(pf, vp); c = Mul(c0, w)' : 'c = MatMul(p, vp)'}
  cp = Transpose(c); cr = Reshape(cp); mixed = MatMul(cr, w); s1 = Add(mixed, x)
  n2 = LayerNormalization(s1, w); ${gate}; gn = LayerNormalization(gated, w); down = MatMul(gn, w); y = Add(down, s1)`

/** Swin as other libraries have it: features are made wide enough for whole windows, or queries, keys and values are of a product each. */
export const swinOf = (padded: boolean, scores: 'queries' | 'both' | 'apart'): string => `
  x = Add(patches, places); n = LayerNormalization(x, w); ${padded ? 'np = Pad(n); grid = Reshape(np)' : 'grid = Reshape(n)'}; pp = Transpose(grid); win = Reshape(pp)
  ${
    scores === 'apart'
      ? 'q = MatMul(win, w); k = MatMul(win, w); v = MatMul(win, w); qr = Reshape(q); qp = Transpose(qr); kr = Reshape(k); kp = Transpose(kr); vr = Reshape(v); vp = Transpose(vr)'
      : 'all = MatMul(win, w); r = Reshape(all); a = Slice(r); b = Slice(r); d = Slice(r); qp = Transpose(a); kp = Transpose(b); vp = Transpose(d)'
  }
  ${{ queries: 'qs = Mul(qp, #); s = MatMul(qs, kp)', both: 'qs = Mul(qp, #); ks = Mul(kp, #); s = MatMul(qs, ks)', apart: 's0 = MatMul(qp, kp); s = Mul(s0, #)' }[scores]}
  sb = Add(s, w); p = Softmax(sb); c = MatMul(p, vp); cp = Transpose(c); cr = Reshape(cp); mixed = MatMul(cr, w); mr = Reshape(mixed); mp = Transpose(mr); back = Reshape(mp)
  ${padded ? 'whole = Slice(back); s1 = Add(x, whole)' : 's1 = Add(x, back)'}; n2 = LayerNormalization(s1, w); up = MatMul(n2, w); act = Gelu(up); down = MatMul(act, w); y = Add(s1, down)`

/** EVA whose gate and what it gates are of one product. */
export const evaPacked = eva.replace(gate, 'both = MatMul(n2, w); g = Slice(both); u = Slice(both); act = Silu(g); gated = Mul(act, u)')
