import type { MetricName } from '@q/ir'
import { cosine } from './cosine.ts'
import type { Metric } from './metric.ts'
import { noise } from './noise.ts'
import { sqnr } from './sqnr.ts'
import { worstGroup } from './worst-group.ts'

/** Every metric by its name. */
export const metrics: Readonly<Record<MetricName, Metric>> = { cosine, noise, sqnr, 'worst-group': worstGroup }
