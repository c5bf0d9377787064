export type { SampleInput } from '@q/ir'
