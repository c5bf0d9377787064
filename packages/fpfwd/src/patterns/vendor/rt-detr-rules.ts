import { operatorsOf } from './sequences.ts'
import type { TopFile } from './top-file.ts'

/** What stays in float of RT-DETR. */
export interface RtDetrLayers {
  readonly plain: ReadonlySet<string>
  /** In F32. */
  readonly widest: readonly string[]
}

/** Windows of these operators in any order: attention to itself, and to places of the picture, behind the first TopK. */
const selfAttention = 'AD PM*2 MM*3 RS PM RS*2 PM MC PM MM SM MM PM RS MM RS PM AD'
const crossAttention =
  'AD MM RS MM RS MM RS SM US SL MU MC SL AD PM RS SL*3 MC AddConst PM RS SL*3 RS GridSampler RS GridSampler RS GridSampler PM RS CC MU RD RS PM MM AD'
/** In any order, everywhere. */
const refined = 'Relu Clip SubConst Clip DV Log AD SG'
/** In this order, everywhere: the last one stays in float. */
const feedForward = operatorsOf('LN MM*2 AD')

/** The layers of RT-DETR that TPU-MLIR 1.30.2 keeps in float, where there are two TopK. */
export function rtDetrLayers(file: TopFile): RtDetrLayers {
  const { operators } = file
  const places = operators.flatMap((operator, i) => (operator === 'top.TopK' ? [i] : []))
  const [first, second] = places
  if (places.length !== 2 || first === undefined || second === undefined) return { plain: new Set(), widest: [] }
  const [best, chosen] = [first, second].map((i) => indexResult(file.names[i]!)) as [string, string]
  const names = file.names.with(first, best).with(second, chosen)
  const widest = placesOf(file, chosen)
  const plain = new Set(queriesOf(file, best))
  const keepWindows = (sequence: string, from: number): void => {
    const wanted = operatorsOf(sequence)
    for (const at of windowsOf(operators, wanted, from)) for (const name of names.slice(at, at + wanted.length)) plain.add(name)
  }
  keepWindows(selfAttention, first)
  keepWindows(crossAttention, first)
  keepWindows(refined, 0)
  for (let i = 0; i + feedForward.length <= operators.length; i++)
    if (feedForward.every((operator, step) => operators[i + step] === operator)) plain.add(names[i + feedForward.length - 1]!)
  const corners = operators.findIndex((_, i) => {
    const window = operators.slice(i, i + 8)
    const countOf = (wanted: string): number => window.filter((operator) => operator === wanted).length
    return countOf('top.Slice') === 4 && countOf('top.Squeeze') === 4
  })
  if (corners >= 0) for (const name of names.slice(corners)) if (!widest.includes(name)) plain.add(name)
  return { plain, widest }
}

/** `TopK -> Unsqueeze -> two Tile`, one of them to the GatherElements of an Add that a Sigmoid follows. */
function queriesOf(file: TopFile, best: string): readonly string[] {
  const index = userOf(file, best, 'top.Unsqueeze')
  const tiles = index === undefined ? [] : file.users(index)
  if (tiles.length !== 2 || tiles.some((name) => file.operatorOf(name) !== 'top.Tile')) return []
  return tiles.flatMap((tile) => {
    const [gathered, ...others] = file.users(tile)
    if (gathered === undefined || others.length > 0 || file.operatorOf(gathered) !== 'top.GatherElements') return []
    const [box, ...further] = file.users(gathered)
    const sum = file.before(gathered).find((name) => file.operatorOf(name) === 'top.Add')
    return box !== undefined && further.length === 0 && file.operatorOf(box) === 'top.Sigmoid' && sum !== undefined
      ? [best, index!, ...tiles, sum, box]
      : []
  })
}

/** `TopK -> MulConst -> Floor -> MulConst -> Sub`, the Sub of TopK too. */
function placesOf(file: TopFile, chosen: string): readonly string[] {
  const users = file.users(chosen)
  const share = userOf(file, chosen, 'top.MulConst')
  if (share === undefined || !users.some((name) => file.operatorOf(name) === 'top.Sub')) return []
  const column = users[1 - users.indexOf(share)]
  const [row, ...others] = file.users(share)
  if (column === undefined || row === undefined || others.length > 0 || file.operatorOf(row) !== 'top.Floor') return []
  const start = userOf(file, row, 'top.MulConst')
  if (file.users(row).length !== 2 || start === undefined) return []
  const ends = file.users(start)
  return ends.length === 1 && ends[0] === column ? [chosen, share, row, start, column] : []
}

const userOf = (file: TopFile, name: string, operator: string): string | undefined =>
  file.users(name).find((user) => file.operatorOf(user) === operator)

const indexResult = (name: string): string => name.split('\n')[1] ?? name

/** Where windows begin that have these operators in any order; each step looks at two layers. */
function windowsOf(operators: readonly string[], wanted: readonly string[], from: number): readonly number[] {
  const missing = new Map<string, number>()
  let wrong = 0
  const add = (operator: string, by: number): void => {
    const before = missing.get(operator) ?? 0
    missing.set(operator, before + by)
    if (before === 0) wrong++
    if (before + by === 0) wrong--
  }
  for (const operator of wanted) add(operator, 1)
  const found: number[] = []
  for (let end = from; end < operators.length; end++) {
    add(operators[end]!, -1)
    if (end - wanted.length >= from) add(operators[end - wanted.length]!, 1)
    if (wrong === 0) found.push(end - wanted.length + 1)
  }
  return found
}
