import { attention } from '../families/attention.ts'
import { bert, smoothedBert } from '../families/bert.ts'
import { clip } from '../families/clip.ts'
import { cswin } from '../families/cswin.ts'
import { detr } from '../families/detr.ts'
import { eva, eva02, evaNormed } from '../families/eva.ts'
import { openclip } from '../families/openclip.ts'
import { rtDetr } from '../families/rt-detr.ts'
import { swin } from '../families/swin.ts'
import { deit, vit } from '../families/vit.ts'
import { yolo } from '../families/yolo.ts'
import { yolo26 } from '../families/yolo26.ts'
import type { Family } from '../family.ts'
import { openclipSequences, operatorsOf, sequences, yolo26Sequences } from './sequences.ts'

/** A layer of a file of TPU-MLIR. */
export interface TopLayer {
  /** As the file spells it, `top.Conv`. */
  readonly operator: string
  /** Its names. */
  readonly names: readonly string[]
}

/** What TPU-MLIR 1.30.2 finds in the operators of a file. */
export interface VendorBlock {
  /** As it calls the family. */
  readonly name: string
  readonly operators: readonly string[]
  readonly rules: Family
  /** Operators whose layers it quantizes, also where they were chosen to stay in float. */
  readonly drops?: readonly string[]
  /** It forgets all layers that were chosen otherwise. */
  readonly dropsParts?: boolean
}

type Sequence = keyof typeof sequences

const rulesBy: Readonly<Record<Sequence, Family>> = {
  eva_block: eva,
  eva02_block: eva02,
  eva02_smc_block: eva02,
  eva02_block_v1: evaNormed,
  bert_block: bert,
  bert_block_1: bert,
  bert_block_large_pt: smoothedBert,
  insert_mul_bert_block: smoothedBert,
  insert_mul_bert_block_1: smoothedBert,
  insert_mul_bert_block_2: smoothedBert,
  deit_block: deit,
  swin_block: swin,
  _swin_block: swin,
  vit_block: vit,
  detr_block: detr,
  detr_rc_50_block: detr,
  swin_1_block: swin,
  _swin_1_block: swin,
  _eva_block: evaNormed,
  cswin_block: cswin,
  yolo_block: yolo,
  yolo_block_12: yolo,
  clip_m2_encoder_block: clip,
  rtdetrv2_block: rtDetr,
  vf_attention_block: attention,
}

const drops: Partial<Record<Sequence, readonly string[]>> = {
  eva02_block: ['Silu'],
  eva02_smc_block: ['Silu'],
  bert_block_large_pt: ['Gelu'],
  insert_mul_bert_block: ['Gelu'],
  insert_mul_bert_block_1: ['Gelu'],
  insert_mul_bert_block_2: ['Gelu'],
  vit_block: ['Gelu'],
}
const dropsParts: ReadonlySet<string> = new Set<Sequence>(['rtdetrv2_block', 'vf_attention_block'])

/** The first family whose operators follow each other in the file. Names of operators are joined without a border, as TPU-MLIR does. */
export function vendorBlockOf(operators: readonly string[]): VendorBlock | undefined {
  const joined = operators.join('')
  const has = (sequence: string): boolean => joined.includes(operatorsOf(sequence).join(''))
  const name = (Object.keys(sequences) as Sequence[]).find((each) => has(sequences[each]))
  if (name === undefined) {
    const isOpenclip = Object.values(openclipSequences).every(has) && countIn(joined, operatorsOf(openclipSequences.l2_norm_block)) === 2
    return isOpenclip
      ? { name: 'openclip_block', operators: operatorsOf(openclipSequences.openclip_vision_block), rules: openclip }
      : undefined
  }
  const { trans_block, trans_block_v1, typical_block_lx, typical_block_nsm } = yolo26Sequences
  const is26 = rulesBy[name] === yolo && (has(trans_block) || has(trans_block_v1)) && (has(typical_block_nsm) || has(typical_block_lx))
  const dropped = drops[name]
  return {
    name,
    operators: operatorsOf(sequences[name]),
    rules: is26 ? yolo26 : rulesBy[name],
    ...(dropped && { drops: dropped }),
    ...(dropsParts.has(name) && { dropsParts: true }),
  }
}

/** How often the operators of a block follow each other in a file, without counting one twice. */
export const blockCount = ({ operators: block }: VendorBlock, operators: readonly string[]): number => countIn(operators.join(''), block)

const countIn = (joined: string, block: readonly string[]): number => joined.split(block.join('')).length - 1
