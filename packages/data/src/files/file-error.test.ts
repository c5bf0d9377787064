import { expect, it } from 'vitest'

import { fileError } from './file-error.ts'

it.each([
  ['ENOENT', 'FILE_MISSING', 'input'],
  ['EACCES', 'FILE_FORBIDDEN', 'file-system'],
  ['EISDIR', 'FILE_IS_FOLDER', 'input'],
  ['ENOTDIR', 'FOLDER_IS_FILE', 'input'],
  ['ENAMETOOLONG', 'FILE_NAME_LONG', 'file-system'],
  ['ELOOP', 'LINKS_CIRCULAR', 'file-system'],
  ['EIO', 'FILE_UNREADABLE', 'file-system'],
])('a failure %s of the file system becomes %s', (systemCode, code, kind) => {
  const cause = Object.assign(new Error(`${systemCode}: refused`), { code: systemCode })
  const error = fileError(cause, ['photos', 'a.jpg'])
  expect(error).toMatchObject({ code, kind, at: ['photos', 'a.jpg'], cause })
  expect(error.found && error.wanted && error.hint).toBeTruthy()
})
