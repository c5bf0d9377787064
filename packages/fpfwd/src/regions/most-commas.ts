/** How many commas a name has at most. */
export const mostCommas = 16
