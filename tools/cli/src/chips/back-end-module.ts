import { backendDefects } from '@q/ir'
import type { ModuleKind } from '../modules/module-kind.ts'

/** Modules that bring a chip family. */
export const backEndModule: ModuleKind = {
  noun: 'back end',
  errors: {
    unrunnable: ['CHIP_MODULE', 'the module of a chip cannot be run'],
    invalid: 'BACKEND_INVALID',
    failed: 'BACKEND_FAILED',
    options: ['CHIP_OPTIONS', 'the back end takes no options'],
  },
  defects: backendDefects,
}
