/**
 * Whole searches and calibrations of trained networks take minutes: `Q_LONG=1` asks for them too. What they show of large networks,
 * other tests show of small ones.
 */
export const isLong = process.env['Q_LONG'] === '1'

/** The title of a test that runs only where long ones are asked for; it tells when it is skipped and why. */
export const longTitle = (title: string): string => (isLong ? title : `${title} (skipped: long, Q_LONG is not 1)`)
