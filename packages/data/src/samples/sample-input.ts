export type { SampleInput } from '@q/ir/graph'
