/** Estimates with their intervals, the bootstrap, and where a warm-up ends. */
export * from "./bootstrap.ts"
export * from "./estimates.ts"
export * from "./warm-up.ts"
