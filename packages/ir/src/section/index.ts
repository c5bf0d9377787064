export { planSection, type SectionPlan } from './plan-section.ts'
export {
  type CachedSession,
  createSessionCache,
  type SessionCache,
  type SessionCacheOptions,
  type SessionCounts,
  type SessionLease,
} from './session-cache.ts'
export { type SectionParameter, type SectionStructure, type StructureOptions, type StructureStep, structureOf } from './structure.ts'
