/** A report from one of the slow loops. `total` may grow while `stage` stays. */
export interface Progress {
  readonly stage: string
  readonly done: number
  readonly total: number
}

/** Is told about progress; must not throw. */
export type OnProgress = (progress: Progress) => void
