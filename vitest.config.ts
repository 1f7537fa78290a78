import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "quorums/**/*.test.ts", "experiments/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/support/fast-check.ts"],
    pool: "threads",
    isolate: false,
    // One for each core: the default leaves one core idle, which on two cores doubles the time.
    maxWorkers: availableParallelism(),
    testTimeout: 60_000,
    coverage: { provider: "v8", include: ["src/**", "quorums/**", "experiments/**"] },
  },
})
