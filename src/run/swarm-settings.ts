import { UsageError } from "../base/errors.ts"
import { defaultProtocol } from "./common-settings.ts"
import { type ValuesOf, defaultsOf, flag, integer, name, notation, orNone } from "./setting.ts"

const [seeds, faults] = ["Seeds", "Runs"]

/**
 * Every setting of a swarm, random runs of the replicated log, in the order of
 * the help: the flags of `quorate swarm`. Everything else about a run is drawn
 * from its seed.
 */
export const swarmSettings = {
  seeds: integer({ about: "number of seeds", group: seeds, default: 1000, min: 1, short: "n" }),
  first: integer({ about: "the first seed", group: seeds, default: 0, min: 0 }),
  twice: flag({ about: "run each seed twice and compare the traces", group: seeds, default: false }),
  system: orNone(
    name({
      about: "only this quorum system",
      group: faults,
      default: "",
      placeholder: "system",
      defaultText: "every family with 3 to 9 acceptors",
    }),
  ),
  protocol: name({
    about: `a replicated log: ${defaultProtocol.log}, or a file of your own such as ./mine.ts`,
    group: faults,
    default: defaultProtocol.log,
    placeholder: "id",
  }),
  bug: orNone(
    name({
      about: "plant a known bug in every replica, to see whether a check detects it",
      group: faults,
      default: "",
      placeholder: "id",
    }),
  ),
  keep: notation<readonly number[] | null>(
    {
      example: "0,3",
      parse: (text) => {
        if (text.trim() === "all") return null
        if (text.trim() === "none") return []
        const numbers = text.split(",").map((part) => part.trim())
        if (numbers.every((one) => /^\d+$/.test(one))) return numbers.map(Number)
        throw new UsageError("must be numbers of faults, such as 0,3, or none, or all")
      },
      format: (keep) => (keep === null ? "all" : keep.length === 0 ? "none" : keep.join(",")),
    },
    {
      about: 'only these faults of the seed, by number: "0,3", or none',
      group: faults,
      default: null,
      placeholder: "faults",
    },
  ),
}

/** Which random runs, and what is changed about them. */
export type SwarmSetup = ValuesOf<typeof swarmSettings>

/** A thousand runs of every family, with all their faults. */
export const swarmDefaults: SwarmSetup = defaultsOf(swarmSettings)
