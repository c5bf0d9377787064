/** Sums of squares over elements of two arrays. */
export interface Energies {
  /** Of the wanted numbers. */
  readonly signal: number
  /** Of the differences. */
  readonly noise: number
}

/** The energies of a whole pair, summed in double precision. */
export function energiesOf(wanted: ArrayLike<number>, found: ArrayLike<number>): Energies {
  let [signal, noise] = [0, 0]
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [wanted[i]!, found[i]!]
    signal += a * a
    noise += (b - a) * (b - a)
  }
  return { signal, noise }
}
