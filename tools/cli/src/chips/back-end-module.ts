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
  exportNames({ target }) {
    const name = typeof target === 'object' && target !== null ? (target as { readonly name?: unknown }).name : undefined
    return ['backend', ...(typeof name === 'string' ? [name] : [])]
  },
  exportHint: ', or an export called backend or as the exported target',
  defects: backendDefects,
}
