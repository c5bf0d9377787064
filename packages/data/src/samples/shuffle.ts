/**
 * Shuffles in place exactly as Python's `random.seed(seed); random.shuffle(list)`.
 *
 * MT19937 seeded by `init_by_array([seed])`; Fisher-Yates from the last place down, each place drawn by rejection from as many high bits as
 * the bound has.
 */
export function pythonShuffle<Item>(items: Item[], seed: number): Item[] {
  const next = mt19937(seed)
  for (let i = items.length - 1; i > 0; i--) {
    const bits = 32 - Math.clz32(i + 1)
    let place = next() >>> (32 - bits)
    while (place > i) place = next() >>> (32 - bits)
    const item = items[i]!
    items[i] = items[place]!
    items[place] = item
  }
  return items
}

/**
 * The 32-bit outputs of MT19937, seeded as Python seeds it with a number below 2^32.
 *
 * @see Matsumoto and Nishimura, "Mersenne Twister", 1998
 */
export function mt19937(seed: number): () => number {
  const n = 624
  const state = new Uint32Array(n)
  state[0] = 19650218
  for (let i = 1; i < n; i++) state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i
  const mixed = (i: number, factor: number): number => state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), factor)
  let i = 1
  const step = (): void => {
    if (++i < n) return
    state[0] = state[n - 1]!
    i = 1
  }
  for (let k = 0; k < n; k++, step()) state[i] = mixed(i, 1664525) + seed
  for (let k = 1; k < n; k++, step()) state[i] = mixed(i, 1566083941) - i
  state[0] = 0x80000000

  let place = n
  return () => {
    if (place === n) {
      for (let k = 0; k < n; k++) {
        const y = (state[k]! & 0x80000000) | (state[(k + 1) % n]! & 0x7fffffff)
        state[k] = state[(k + 397) % n]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
      }
      place = 0
    }
    let y = state[place++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
}
