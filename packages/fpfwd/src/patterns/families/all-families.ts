import type { Family } from '../family.ts'
import { attention } from './attention.ts'
import { bert, smoothedBert } from './bert.ts'
import { clip } from './clip.ts'
import { cswin } from './cswin.ts'
import { detr } from './detr.ts'
import { eva, eva02, evaNormed } from './eva.ts'
import { openclip } from './openclip.ts'
import { rtDetr } from './rt-detr.ts'
import { swin } from './swin.ts'
import { deit, vit } from './vit.ts'
import { yolo } from './yolo.ts'
import { yolo26 } from './yolo26.ts'

/** The families that are known, in the order in which they are tried. */
export const families: readonly Family[] = [
  eva,
  eva02,
  evaNormed,
  bert,
  smoothedBert,
  deit,
  swin,
  vit,
  rtDetr,
  detr,
  cswin,
  yolo26,
  yolo,
  openclip,
  clip,
  attention,
]
