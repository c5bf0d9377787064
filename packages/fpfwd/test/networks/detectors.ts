/** Sketches of detectors, in the order in which TPU-MLIR has their operators. */

const pools =
  'f = Conv(image, w); fa = Silu(f); p1 = MaxPool(fa); p2 = MaxPool(p1); p3 = MaxPool(p2); all = Concat(fa, p1, p2, p3); b = Conv(all, w); ba = Silu(b)'

/** YOLO v5: boxes and scores from one convolution, places by halves of cells. */
export const yolov5 = `
  ${pools}
  head = Conv(ba, w); flat = Reshape(head); turned = Transpose(flat); chances = Sigmoid(turned)
  xy = Slice(chances); wh = Slice(chances); rest = Slice(chances)
  xy2 = Mul(xy, #); moved = Add(xy2, w); placed = Mul(moved, #); wh2 = Mul(wh, #); squared = Mul(wh2, wh2); sized = Mul(squared, w)
  box = Concat(placed, sized, rest); out = Reshape(box)`

export const yolov7 = `
  ${pools}
  head = Conv(ba, w); flat = Reshape(head); turned = Transpose(flat); chances = Sigmoid(turned)
  xy = Slice(chances); wh = Slice(chances); rest = Slice(chances)
  xy2 = Mul(xy, #); moved = Add(xy2, w); squared = Mul(wh, wh); sized = Mul(squared, w)
  box = Concat(moved, sized, rest); out = Reshape(box)`

const distances = `
  heads = Conv(ba, w); r1 = Reshape(heads); near = Slice(r1); far = Slice(r1)
  low = Sub(w, near); high = Add(w, far); sum = Add(low, high); size = Sub(high, low); centre = Mul(sum, #); box = Concat(centre, size); scaled = Mul(box, w)
  classes = Conv(ba, w); r2 = Reshape(classes); chances = Sigmoid(r2)`

export const yolov8 = `${pools}; ${distances}; out = Concat(scaled, chances)`

/** With Relu in the place of SiLU, fused into the convolution. */
export const yolov6 = yolov8.replace('b = Conv(all, w); ba = Silu(b)', 'ba = Conv+relu(all, w)')

/** Attention in the body, which begins as a tail does: a convolution behind SiLU that is reshaped. */
const bodyAttention = `
  t0 = Conv(image, w); t = Silu(t0); qkv = Conv(t, w); qr = Reshape(qkv); qt = Transpose(qr); aq = Slice(qt); ak = Slice(qt); av = Slice(qt)
  as0 = MatMul(aq, ak); as = Mul(as0, #); ap = Softmax(as); ac = MatMul(ap, av); act = Transpose(ac); acr = Reshape(act); ao = Conv(acr, w); a1 = Add(ao, t)`

/** One number for the strides of all cells. */
export const equalStrides = (text: string): string => text.replace(/scaled = Mul\((box|corners), w\)/, 'scaled = Mul($1, #)')

/** YOLO v12 has no poolings. */
export const yolov12 = `
  b = Conv(image, w); ba = Silu(b)
  heads = Conv(ba, w); r1 = Reshape(heads); classes = Conv(ba, w); r2 = Reshape(classes); chances = Sigmoid(r2); near = Slice(r1); far = Slice(r1)
  low = Sub(w, near); high = Add(w, far); sum = Add(low, high); size = Sub(high, low); centre = Mul(sum, #); box = Concat(centre, size); scaled = Mul(box, w)
  out = Concat(scaled, chances)`

/** YOLO v12 with its attention. */
export const yolov12Attention = `${bodyAttention}; ${yolov12.trim().replace('Conv(image, w)', 'Conv(a1, w)')}`

export const yolov10 = `
  ${pools}
  heads = Conv(ba, w); r1 = Reshape(heads); near = Slice(r1); far = Slice(r1); low = Sub(w, near); high = Add(w, far); corners = Concat(low, high); scaled = Mul(corners, w)
  classes = Conv(ba, w); r2 = Reshape(classes); chances = Sigmoid(r2); all = Concat(scaled, chances)
  turned = Transpose(all); boxes = Slice(turned); scores = Slice(turned); best = ReduceMax(scores); v1, i1 = TopK(best)
  iu = Unsqueeze(i1); t1 = Tile(iu); t2 = Tile(iu); chosen = GatherElements(boxes, t1); chosenScores = GatherElements(scores, t2)
  out = Concat(chosen, chosenScores)`.replace(
  'all = Concat(fa, p1, p2, p3); b = Conv(all, w)',
  'pooled = Concat(fa, p1, p2, p3); b = Conv(pooled, w)',
)

/** Convolutional attention of YOLO 26, as TPU-MLIR has its operators. */
const attention = `
  a0 = Conv(ba, w); a1 = Silu(a0); left0 = Slice(a1); x = Slice(a1); qkv = Conv(x, w); qr = Reshape(qkv); q = Slice(qr); k = Slice(qr); v = Slice(qr)
  qt = Transpose(q); vr = Reshape(v); s = MatMul(qt, k); place = Conv(vr, w); sc = Mul(s, #); p = Softmax(sc); pt = Transpose(p); c = MatMul(v, pt)
  cr = Reshape(c); placed = Add(cr, place); mixed = Conv(placed, w); s1 = Add(mixed, x); wide = Conv(s1, w); wa = Silu(wide); narrow = Conv(wa, w); s2 = Add(narrow, s1)`

const typical = `
  h1 = Slice(ba); h2 = Slice(ba); c1 = Conv(h2, w); c2 = Conv(h2, w); c1a = Silu(c1); c2a = Silu(c2); c3 = Conv(c1a, w); c3a = Silu(c3); c4 = Conv(c3a, w); c4a = Silu(c4); e1 = Add(c4a, c1a)
  c5 = Conv(e1, w); c5a = Silu(c5); c6 = Conv(c5a, w); c6a = Silu(c6); e2 = Add(c6a, e1); ce = Concat(e2, c2a); c7 = Conv(ce, w); c7a = Silu(c7); joined = Concat(c7a, h1)`

export const yolo26 = `
  ${pools}
  ${attention}
  ${typical}
  g0 = Conv(joined, w); g = Silu(g0); b0 = Conv(s2, w); b1 = Silu(b0)
  box1 = Conv(b1, w); flat1 = Reshape(box1); box2 = Conv(g, w); flat2 = Reshape(box2); boxes = Concat(flat1, flat2)
  cls1 = Conv(b1, w); cf1 = Reshape(cls1); cls2 = Conv(g, w); cf2 = Reshape(cls2); scores = Concat(cf1, cf2)
  left = Slice(boxes); low = Sub(w, left); right = Slice(boxes); high = Add(w, right); corners = Concat(low, high); scaled = Mul(corners, w); chances = Sigmoid(scores)
  out = Concat(scaled, chances)`

/** Attention of queries to each other, as the decoder begins. */
const toEachOther = `
  asked = Add(target, places); askedTurned = Transpose(asked); targetTurned = Transpose(target); sq = MatMul(askedTurned, w); sk = MatMul(askedTurned, w); sv = MatMul(targetTurned, w)
  sqr = Reshape(sq); sqp = Transpose(sqr); skr = Reshape(sk); svr = Reshape(sv); svp = Transpose(svr); sqm = Mul(sqp, #); skp = Transpose(skr)
  ss = MatMul(sqm, skp); sw = Softmax(ss); sc = MatMul(sw, svp); scp = Transpose(sc); scr = Reshape(scp); sm = MatMul(scr, w); smr = Reshape(sm); smt = Transpose(smr); ssum = Add(smt, target)`

/** @param scaled how far places are from their box, made from `offr` and the size `wh` of the box: ends in `scaled` */
const rtDetrOf = (scaled: string): string => `
  best = ReduceMax(encoded); values, index = TopK(best); iu = Unsqueeze(index); t1 = Tile(iu); t2 = Tile(iu)
  coords0 = MatMul(encoded, w); coords = Add(coords0, w); chosen = GatherElements(coords, t1); anchor = Sigmoid(chosen); target = GatherElements(encoded, t2)
  ${toEachOther}
  queries = LayerNormalization(ssum, w)
  placed = Add(queries, places); value = MatMul(memory, w); vr = Reshape(value); off = MatMul(placed, w); offr = Reshape(off); att = MatMul(placed, w); attr = Reshape(att)
  p = Softmax(attr); box = Unsqueeze(anchor); wh = Slice(box); ${scaled}; xy = Slice(box); loc = Add(scaled, xy)
  vp = Transpose(vr); vpr = Reshape(vp); v1 = Slice(vpr); v2 = Slice(vpr); v3 = Slice(vpr); grid = Mul(loc, #); grid1 = Add(grid, #)
  gp = Transpose(grid1); gr = Reshape(gp); g1 = Slice(gr); g2 = Slice(gr); g3 = Slice(gr); v1r = Reshape(v1); m1 = GridSample(v1r, g1); v2r = Reshape(v2); m2 = GridSample(v2r, g2)
  v3r = Reshape(v3); m3 = GridSample(v3r, g3); pp = Transpose(p); pr = Reshape(pp); levels = Concat(m1, m2, m3); weighted = Mul(levels, pr); total = ReduceSum(weighted)
  back = Reshape(total); turned = Transpose(back); mixed = MatMul(turned, w); s1 = Add(mixed, queries); n = LayerNormalization(s1, w)
  up = MatMul+relu(n, w); down = MatMul(up, w); s2 = Add(n, down); n2 = LayerNormalization(s2, w); logits = MatMul(n2, w)
  flat = Reshape(logits); v, i = TopK(flat); share = Mul(i, #); row = Floor(share); start = Mul(row, #); column = Sub(i, start); ru = Unsqueeze(row)
  delta = MatMul(n2, w); inside = Relu(anchor); low = Clip(inside); rest = SubConst(inside, #); high = Clip(rest); ratio = Div(low, high); logit = Log(ratio); shifted = Add(delta, logit); boxes = Sigmoid(shifted)
  bx = Slice(boxes); by = Slice(boxes); bw = Slice(boxes); bh = Slice(boxes); cx = Squeeze(bx); cy = Squeeze(by); cw = Squeeze(bw); ch = Squeeze(bh)
  hw = Mul(cw, #); left = Sub(cx, hw); hh = Mul(ch, #); top = Sub(cy, hh); right = Add(cx, hw); bottom = Add(cy, hh)
  lu = Unsqueeze(left); tu = Unsqueeze(top); rgu = Unsqueeze(right); bu = Unsqueeze(bottom); xyxy = Concat(lu, tu, rgu, bu); sized = Mul(xyxy, w); found = GatherElements(sized, ru)`

export const rtDetr = rtDetrOf('away = Mul(offr, wh); scaled = Mul(away, #)')

/** As the first version exports it: steps are divided by their number first. */
export const rtDetrDivided = rtDetrOf('few = Div(offr, w); away = Mul(few, wh); scaled = Mul(away, #)')
/** As the second version does with a scale of each step that was computed before. */
export const rtDetrScaled = rtDetrOf('scaled = Mul(offr, wh)')

const behind = (features: string): string => `; ${distances.replaceAll('Conv(ba,', `Conv(${features},`)}; out = Concat(scaled, chances)`

/** YOLO v9: features of several depths are joined. */
export const yolov9 = `${pools}
  e1 = Slice(ba); e2 = Slice(ba); e3 = Conv(e2, w); e3a = Silu(e3); e4 = Conv(e3a, w); e4a = Silu(e4); ej = Concat(e1, e2, e3a, e4a); e5 = Conv(ej, w); e = Silu(e5)${behind('e')}`

/** YOLO v11: attention in the body. */
export const yolov11 = `${pools}; ${attention}; j = Concat(s2, left0); g0 = Conv(j, w); g = Silu(g0)${behind('g')}`
