/** The version of every JSON this program prints. Bumped when a key changes its meaning or goes; new keys do not bump it. */
export const schemaVersion = 1
