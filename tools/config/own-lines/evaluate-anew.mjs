import { expect, vi } from 'vitest'
import { workspaceOf } from './workspace-of.mjs'

// Runs before every test file. What a module does once, when it is evaluated, is done for the tests of one workspace at a time: it is no
// merit of another's.
const workspace = workspaceOf(expect.getState().testPath)
if (globalThis.qWorkspace !== workspace) vi.resetModules()
globalThis.qWorkspace = workspace
