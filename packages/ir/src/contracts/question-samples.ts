import type { Question } from './strategy.ts'

/** The samples that a question is about, in the order in which losses are told. @param all how many there are */
export function samplesOf({ samples }: Pick<Question, 'samples'>, all: number): readonly number[] {
  if (samples !== undefined && !('first' in samples)) return samples
  const { first, count } = samples ?? { first: 0, count: all }
  return Array.from({ length: count }, (_, i) => first + i)
}

/** Whether a question is about all samples in their order, so that its losses are those of the trials and no estimates. @param all how many there are */
export function asksAll(question: Pick<Question, 'samples'>, all: number): boolean {
  const samples = samplesOf(question, all)
  return samples.length === all && samples.every((sample, i) => sample === i)
}
