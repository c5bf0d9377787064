/** One end of a line between two threads, messages being copied as `structuredClone` does it. */
export interface EvaluationPort {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
}

/** A thread that serves evaluations, as the host started it. */
export interface EvaluationWorker extends EvaluationPort {
  /** The thread ended without being told to. */
  onFailure(listener: (error: Error) => void): void
  terminate(): Promise<void>
}
