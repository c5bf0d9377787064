import type { Tensor } from '@q/ir'

/** Of a tensor that says which elements are picked: how many of its places are those of the other. */
export interface EqualPlaces {
  readonly equal: number
  readonly places: number
}

/** How places are compared: 1, each with the one it stands for; more, that many in a row as a set, since a rank says less than what was picked. */
export type PlaceRow = number

/**
 * Compares places with those they stand for. A place is right or it is another: it has no magnitude, and places that lie near each other are no more alike
 * than others. Tensors of unequal size have no place in common.
 */
export function equalPlaces({ data: found }: Tensor, { data: wanted }: Tensor, row: PlaceRow): EqualPlaces {
  const places = wanted.length
  if (found.length !== places) return { equal: 0, places }
  let equal = 0
  for (let from = 0; from < places; from += row) {
    const open = new Map<number, number>()
    for (let i = from; i < from + row; i++) open.set(Number(wanted[i]), (open.get(Number(wanted[i])) ?? 0) + 1)
    for (let i = from; i < from + row; i++) {
      const left = open.get(Number(found[i])) ?? 0
      if (left === 0) continue
      open.set(Number(found[i]), left - 1)
      equal++
    }
  }
  return { equal, places }
}

/** The share, 1 where there is none. */
export const shareOf = ({ equal, places }: EqualPlaces): number => (places === 0 ? 1 : equal / places)

/** `93.8 % of 64 places are the same`. */
export const placesText = (each: EqualPlaces): string => `${(100 * shareOf(each)).toFixed(1)} % of ${each.places} places are the same`
