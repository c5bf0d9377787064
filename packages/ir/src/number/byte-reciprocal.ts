/** `1 / count` as a chip multiplies by it: a whole number of 8 bits, its highest bit set, over a power of two. */
export function byteReciprocal(count: number): number {
  const unit = 2 ** Math.ceil(Math.log2(count) + 7)
  return Math.round(unit / count) / unit
}
