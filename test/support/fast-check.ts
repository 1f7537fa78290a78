import fc from "fast-check"

/**
 * The seed of every property's random inputs, so that a test run is as repeatable as an experiment.
 * `FAST_CHECK_SEED=n` draws others; the suite is expected to pass with any.
 */
const seed = Number(process.env["FAST_CHECK_SEED"] ?? 1)

// A failing property is made smaller for two minutes at most; one that has not finished by then does not pass.
// The full number of cases behind SLOW=1 takes as long as it takes.
fc.configureGlobal({ seed, ...(process.env["SLOW"] !== "1" && { skipAllAfterTimeLimit: 120_000 }) })
