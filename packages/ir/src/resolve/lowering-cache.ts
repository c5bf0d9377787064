import type { LoweredNode } from './lower-context.ts'

/**
 * Keeps lowered nodes between calls of `resolve`, so that a changed plan lowers only what it touches. One cache belongs to one
 * float graph and one calibration table; make a new one for others.
 */
export interface LoweringCache {
  readonly nodes: Map<string, LoweredNode>
}

/** An empty cache. */
export const createLoweringCache = (): LoweringCache => ({ nodes: new Map() })
