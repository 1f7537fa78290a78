/** The default root seed. Any number would do; what matters is that it is stated with every result. */
export const defaultSeed = 1
