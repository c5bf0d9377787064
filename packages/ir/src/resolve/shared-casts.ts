import type { Node, TensorType, Value } from '../graph/types.ts'

/** That a node needs a value in another type. */
export interface CastWish {
  /** Earlier nodes first; a place for nodes of later layers, below zero for those of the value's own place, infinite for a result of the graph. */
  readonly rank: number
  /** Place of the layer that the node comes from. */
  readonly owner: number
  /** The node; empty for a result of the graph. */
  readonly layer: string
  readonly origin: readonly string[]
  readonly wanted: TensorType
  /** Wishes with equal keys are met by one cast. */
  readonly key: string
}

/** A cast right behind a value. */
export interface Cast {
  readonly node: Node
  readonly value: Value
  /** Who uses it, in order. */
  readonly wishes: readonly CastWish[]
}

/** Which cast stands for which operand of which node. */
export interface CastUses {
  /** The cast in the place of an operand of a node; nothing where it arrives as it is. */
  of(layer: string, operand: string): string | undefined
  /** @param owner place of the layer that the node comes from */
  set(owner: number, layer: string, operand: string, cast: string | undefined): void
  /** Grows whenever nodes of a layer use other casts than before. */
  version(owner: number): number
}

/** No casts yet. @param changed told of the place of a layer whose nodes use other casts than before */
export function createCastUses(changed: (owner: number) => void): CastUses {
  const uses = new Map<string, Map<string, string>>()
  const versions: number[] = []
  return {
    of: (layer, operand) => uses.get(layer)?.get(operand),
    set(owner, layer, operand, cast) {
      let own = uses.get(layer)
      if (own?.get(operand) === cast) return
      if (own === undefined) uses.set(layer, (own = new Map()))
      if (cast === undefined) own.delete(operand)
      else own.set(operand, cast)
      versions[owner] = (versions[owner] ?? 0) + 1
      changed(owner)
    },
    version: (owner) => versions[owner] ?? 0,
  }
}

/** The casts behind one value. Each serves all who wish the same, is named after the first of them, and stands before casts that earlier nodes wish. */
export interface SharedCasts {
  /** Puts wishes in the place of those of a rank. @returns whether there were or are any */
  set(rank: number, wishes: readonly CastWish[]): boolean
  /** The wishes of a rank. */
  of(rank: number): readonly CastWish[]
  /** All wishes. */
  wishes(): Iterable<CastWish>
  /** The casts as they stand behind the value, for the wishes of now. @param meet told of wishes that another cast meets than before */
  list(meet: (wish: CastWish, cast: string) => void): readonly Cast[]
}

/** Wishes that one cast meets. */
interface Group {
  readonly wishes: CastWish[]
  /** Those it has not met yet. */
  open: CastWish[]
  /** The wish that it was made for. */
  first?: CastWish
  cast?: Cast
}

const nobody: readonly CastWish[] = []

/** No casts yet of a value. @param make the cast that the first who wishes it gives its name and its arithmetic */
export function createSharedCasts(make: (first: CastWish) => Omit<Cast, 'wishes'>): SharedCasts {
  const byRank = new Map<number, readonly CastWish[]>()
  const groups = new Map<string, Group>()
  return {
    set(rank, wishes) {
      const before = byRank.get(rank)
      if (before === undefined && wishes.length === 0) return false
      for (const wish of before ?? []) {
        const list = groups.get(wish.key)!.wishes
        list.splice(placeIn(list, rank), 1)
        if (list.length === 0) groups.delete(wish.key)
      }
      for (const wish of wishes) {
        const group = groups.get(wish.key)
        if (group === undefined) groups.set(wish.key, { wishes: [wish], open: [] })
        else {
          group.wishes.splice(placeIn(group.wishes, rank + 1), 0, wish)
          group.open.push(wish)
        }
      }
      if (wishes.length === 0) byRank.delete(rank)
      else byRank.set(rank, wishes)
      return true
    },
    of: (rank) => byRank.get(rank) ?? nobody,
    list(meet) {
      for (const group of groups.values()) {
        const [first] = group.wishes as [CastWish]
        const isNew = group.first !== first
        if (isNew) group.cast = { ...make(first), wishes: group.wishes }
        for (const wish of isNew ? group.wishes : group.open) meet(wish, group.cast!.value.name)
        group.first = first
        group.open = []
      }
      const position = ({ first }: Group): number => byRank.get(first!.rank)!.indexOf(first!)
      const last = [...groups.values()].sort((a, b) => order(b.first!.rank, a.first!.rank) || position(b) - position(a))
      return last.map(({ cast }) => cast!)
    },
    *wishes() {
      for (const wishes of byRank.values()) yield* wishes
    },
  }
}

const order = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)

/** The first index of wishes in order whose rank is not below `rank`. */
function placeIn(wishes: readonly CastWish[], rank: number): number {
  let [low, high] = [0, wishes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (wishes[middle]!.rank < rank) low = middle + 1
    else high = middle
  }
  return low
}
