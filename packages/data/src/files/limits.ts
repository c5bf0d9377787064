/** What a file may take in memory when nobody says otherwise: 4 GiB. */
export const usualMostBytes = 2 ** 32

/**
 * What a file may be made larger to when it is read: pixels of a picture, members of an archive. A quarter, because it is held in several
 * forms at a time, and because a small file can state any size.
 */
export const unpackedBytes = (mostBytes: number): number => mostBytes / 4
