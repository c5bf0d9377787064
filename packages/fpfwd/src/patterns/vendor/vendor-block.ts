import { openclipSequences, operatorsOf, sequences, yolo26Sequences } from './sequences.ts'

/** The families that TPU-MLIR 1.30.2 knows, by the names it calls them. */
export type VendorFamily = keyof typeof sequences | 'openclip_block'

/** What TPU-MLIR 1.30.2 finds in the operators of a file. */
export interface VendorBlock {
  /** As it calls the family. */
  readonly name: VendorFamily
  readonly operators: readonly string[]
}

/** The first family whose operators follow each other in the file. Names of operators are joined without a border, as TPU-MLIR does. */
export function vendorBlockOf(operators: readonly string[]): VendorBlock | undefined {
  const joined = operators.join('')
  const name = (Object.keys(sequences) as (keyof typeof sequences)[]).find((each) => has(joined, sequences[each]))
  if (name !== undefined) return { name, operators: operatorsOf(sequences[name]) }
  const { openclip_vision_block, l2_norm_block } = openclipSequences
  const isOpenclip =
    Object.values(openclipSequences).every((each) => has(joined, each)) && countIn(joined, operatorsOf(l2_norm_block)) === 2
  return isOpenclip ? { name: 'openclip_block', operators: operatorsOf(openclip_vision_block) } : undefined
}

/** Whether the operators of a YOLO network are those of version 26. */
export function isYolo26(operators: readonly string[]): boolean {
  const joined = operators.join('')
  const { trans_block, trans_block_v1, typical_block_lx, typical_block_nsm } = yolo26Sequences
  return (
    [trans_block, trans_block_v1].some((each) => has(joined, each)) &&
    [typical_block_nsm, typical_block_lx].some((each) => has(joined, each))
  )
}

/** How often the operators of a block follow each other in a file, without counting one twice. */
export const blockCount = ({ operators: block }: VendorBlock, operators: readonly string[]): number => countIn(operators.join(''), block)

/** Where the operators of a text block of OpenCLIP begin. */
export function textBlockAt(operators: readonly string[]): number {
  const joined = operators.join('')
  let at = joined.indexOf(operatorsOf(openclipSequences.openclip_text_block).join(''))
  return operators.findIndex((operator) => (at -= operator.length) < 0)
}

const has = (joined: string, sequence: string): boolean => joined.includes(operatorsOf(sequence).join(''))

const countIn = (joined: string, block: readonly string[]): number => joined.split(block.join('')).length - 1
