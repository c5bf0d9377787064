import type { AttrSpec } from './define.ts'

type Spelling = NonNullable<AttrSpec['spelling']>

/** An attribute of which several values mean the same. */
export const spelled = <S extends AttrSpec>(spelling: Spelling, spec: S): S => ({ ...spec, spelling })
