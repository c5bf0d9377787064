import type { SearchNote } from '@q/ir'

/** Lines of a log that wait for the next step. */
export interface SearchNotes {
  /** A line that stays. */
  info(text: string): void
  /** A line that the seconds since the search began are put behind. */
  seconds(text: string): void
  /** What was told since the last time. */
  take(): readonly SearchNote[]
}

/** An empty log. */
export function searchNotes(): SearchNotes {
  let waiting: SearchNote[] = []
  return {
    info(text) {
      waiting.push({ text })
    },
    seconds(text) {
      waiting.push({ text, seconds: true })
    },
    take() {
      const told = waiting
      waiting = []
      return told
    },
  }
}

/** Names that TPU-MLIR's logs print. */
export interface PrintedNames {
  /** The model's file. @default the graph's name with `.mlir` */
  readonly model?: string
  /** The quantization table to be written. @default qtable */
  readonly qtable?: string
}
