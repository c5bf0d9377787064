/** One result for each place of a graph, computed anew only where something that it looks at has changed. */
export interface Stage<T> {
  get(place: number): T
  /** Says that something the result at this place looks at has changed; a place outside the graph is passed over. */
  touch(place: number): void
  /** Computes what was touched. @returns the places whose result is another one now, in the order of computation */
  settle(): readonly number[]
  /** All results as they are; a copy. */
  snapshot(): readonly T[]
  /** How many results were computed so far. */
  readonly computed: number
}

/** How a stage works. */
export interface StageParts<T> {
  /** Number of places. */
  readonly places: number
  /** `forward` when results look at earlier places of the stage itself, `backward` at later ones. @default 'forward' */
  readonly order?: 'forward' | 'backward'
  /** The result at a place; the very object `before` says that nothing has changed. */
  compute(place: number, before: T | undefined): T
  /** Touches, in this stage, the places whose results look at this one; only places that come after it in the order. @default none */
  onChange?(place: number, touch: (place: number) => void, before: T | undefined): void
}

/** A stage in which every place has been touched. */
export function createStage<T>({ places, order = 'forward', compute, onChange }: StageParts<T>): Stage<T> {
  const results = new Array<T | undefined>(places).fill(undefined)
  const touched = new Uint8Array(places).fill(1)
  let first = 0
  let last = places - 1
  let computed = 0
  const touch = (place: number): void => {
    if (place < 0 || place >= places || touched[place] === 1) return
    touched[place] = 1
    if (place < first) first = place
    if (place > last) last = place
  }
  const settleOne = (place: number, changed: number[]): void => {
    touched[place] = 0
    computed++
    const before = results[place]
    const result = compute(place, before)
    if (result === before && before !== undefined) return
    results[place] = result
    changed.push(place)
    onChange?.(place, touch, before)
  }
  return {
    get: (place) => results[place]!,
    touch,
    settle() {
      const changed: number[] = []
      if (order === 'forward') {
        for (let place = first; place <= last; place++) if (touched[place] === 1) settleOne(place, changed)
      } else {
        for (let place = last; place >= first; place--) if (touched[place] === 1) settleOne(place, changed)
      }
      first = places
      last = -1
      return changed
    },
    snapshot: () => results.slice() as T[],
    get computed() {
      return computed
    },
  }
}
