import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { randomFromSeed } from "../base/random.ts"
import { exploreActors } from "../world/explore/breadth-first.ts"
import { canonicalText } from "../world/explore/canonical-text.ts"
import { exploreDepthFirst } from "../world/explore/depth-first.ts"
import { type NetworkKind, networkKinds } from "../world/explore/model.ts"
import { sampleActors } from "../world/explore/sampling.ts"
import { runWorldSteps } from "../world/explore/trace.ts"
import { type Actor, type Step, recipientsOf } from "../protocol/actor.ts"
import { type Cluster, paxosCluster } from "../protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../protocol/paxos/messages.ts"
import type { PaxosRecord } from "../protocol/paxos/records.ts"
import { constantPlan } from "../quorum/plan.ts"
import {
  type ExploredPaxos,
  type PaxosMemory,
  type PaxosModel,
  paxosModel,
  paxosProgress,
  paxosProperties,
} from "./explored-paxos.ts"

const slow = process.env["SLOW"] === "1"

interface Conditions {
  readonly proposers?: number
  readonly epochs?: number
  readonly network?: NetworkKind
  readonly lossy?: boolean
  readonly timeouts?: boolean
  readonly crashes?: number
  readonly nacks?: boolean
}

function explored(system: string, conditions: Conditions = {}): ExploredPaxos {
  const { proposers = 2, epochs = 2, network = "unordered", nacks = false, ...rest } = conditions
  const cluster = paxosCluster({
    plan: constantPlan(quorumSystemFrom(system)),
    proposers,
    nacks,
    timeout: { min: 1, max: 1 },
    backOff: { kind: "none" },
  })
  return { cluster, candidates: ["A", "B", "C"].slice(0, proposers), epochs, network, ...rest }
}

function verdicts(paxos: ExploredPaxos, stopAtViolation = false): Record<string, string> {
  const { outcomes } = exploreActors(paxosModel(paxos), paxosProperties(paxos), { stopAtViolation })
  return Object.fromEntries(outcomes.map(({ property, verdict }) => [property.name, verdict.verdict]))
}

const allHold = {
  agreement: "holds",
  validity: "holds",
  "safe-learning": "holds",
  "some run decides": "holds",
  "some run learns": "holds",
}

describe("Paxos, explored", () => {
  const safe: readonly (readonly [string, Conditions])[] = [
    ["majority(3)", {}],
    ["majority(3)", { network: "ordered" }],
    ["majority(2)", { network: "duplicating" }],
    ["majority(2)", { lossy: true, epochs: 3 }],
    ["majority(2)", { crashes: 2 }],
    ["simple(2, 2, 1)", { nacks: true, timeouts: false, epochs: 3 }],
    ["simple(4, 3, 2)", { proposers: 1, epochs: 1 }],
  ]
  it.each(safe)("%s is safe under %j, and some run decides", (system, conditions) => {
    expect(verdicts(explored(system, conditions))).toEqual(allHold)
  })

  it.runIf(slow).each([
    ["majority(3)", { network: "duplicating" }],
    ["majority(3)", { crashes: 1 }],
    ["majority(3)", { epochs: 3, timeouts: false, nacks: true }],
  ] as const)("%s is safe under %j, and some run decides", (system, conditions) => {
    expect(verdicts(explored(system, conditions))).toEqual(allHold)
  })

  it("violates agreement where phase 1 and phase 2 need not meet, in a shortest run", () => {
    const paxos = explored("simple(4, 2, 2)")
    const { outcomes } = exploreActors(paxosModel(paxos), paxosProperties(paxos), { stopAtViolation: true })
    // Each proposer: two prepares and two promises arrive, and two proposals are accepted.
    expect(outcomes[0]).toMatchObject({ verdict: { verdict: "violated" }, stepsToViolation: 12 })
  })

  it("eventually decides while every message arrives, and not always where messages are lost", () => {
    const outcome = (conditions: Conditions) => {
      const paxos = explored("majority(3)", { timeouts: false, ...conditions })
      return exploreActors(paxosModel(paxos), paxosProgress(paxos)).outcomes[0]!.verdict
    }
    expect(outcome({ proposers: 1 }).verdict).toBe("holds")
    // The greater of two epochs is not disturbed any more once the smaller one has spoken.
    expect(outcome({ proposers: 2 }).verdict).toBe("holds")
    const lost = outcome({ proposers: 1, lossy: true })
    if (lost.verdict !== "violated") throw new Error("expected a run that ends undecided")
    expect(lost.witness.worlds.at(-1)!.messages).toEqual([])
    expect(lost.witness.steps.map(({ action }) => action)).toContain("lose")
  })

  it("does not say that runs decide which leave the bounds of its epochs undecided", () => {
    const outcome = (conditions: Conditions) => {
      const paxos = explored("majority(3)", conditions)
      return exploreActors(paxosModel(paxos), paxosProgress(paxos)).outcomes[0]!.verdict.verdict
    }
    // Everything may be lost, and the retry would be in epoch 1, which is not explored.
    expect(outcome({ proposers: 1, epochs: 1, lossy: true })).toBe("unknown")
    expect(outcome({ proposers: 2 })).toBe("unknown")
  })
})

type PaxosActor = Actor<unknown, PaxosMessage, PaxosRecord>
type PaxosStep = Step<unknown, PaxosMessage, PaxosRecord>

/** The cluster with a defect built into the processes of one role. */
function mutated(
  paxos: ExploredPaxos,
  role: "acceptor" | "proposer",
  mutate: (actor: PaxosActor) => PaxosActor,
): ExploredPaxos {
  const processes = paxos.cluster.processes.map((process) =>
    process.role === role ? { ...process, actor: mutate(process.actor) } : process,
  )
  const cluster: Cluster = { ...paxos.cluster, processes }
  return { ...paxos, cluster }
}

const changeOutputs =
  (change: (step: PaxosStep) => PaxosStep["outputs"]) =>
  (actor: PaxosActor): PaxosActor => ({
    start: (self) => actor.start(self),
    step: (state, input) => {
      const step = actor.step(state, input)
      return { ...step, outputs: change(step) }
    },
  })

const silentReports = changeOutputs(({ outputs }) =>
  outputs.map((output) =>
    output.type === "send" && output.message.type === "promise"
      ? { ...output, message: { ...output.message, lastAccepted: null } }
      : output,
  ),
)

const promisesUnstored = changeOutputs(({ outputs }) => {
  const promises = outputs.some((output) => output.type === "send" && output.message.type === "promise")
  return promises ? outputs.filter(({ type }) => type !== "store") : outputs
})

const repliesFirst = changeOutputs(({ outputs }) => [
  ...outputs.filter(({ type }) => type !== "store"),
  ...outputs.filter(({ type }) => type === "store"),
])

/** Accepts whatever is proposed, in whatever epoch: property 6 dropped. */
const forgetsPromises = (actor: PaxosActor): PaxosActor => ({
  start: (self) => actor.start(self),
  step: (state, input) => {
    const proposes = input.type === "receive" && input.message.type === "propose"
    return actor.step(proposes ? { ...(state as object), lastPromised: null } : state, input)
  },
})

/** Proposes its own candidate whatever the promises report: property 4 dropped. */
const ownCandidate = (actor: PaxosActor): PaxosActor => ({
  start: (self) => actor.start(self),
  step: (state, input) => {
    if (input.type !== "receive" || input.message.type !== "promise") return actor.step(state, input)
    return actor.step(state, { ...input, message: { ...input.message, lastAccepted: null } })
  },
})

describe("a defect in the actors", () => {
  const defects: readonly (readonly [
    string,
    number,
    "acceptor" | "proposer",
    Conditions,
    (actor: PaxosActor) => PaxosActor,
  ])[] = [
    ["promises that report nothing", 12, "acceptor", {}, silentReports],
    ["proposals of one's own whatever was reported", 12, "proposer", {}, ownCandidate],
    ["acceptance below the promise", 12, "acceptor", {}, forgetsPromises],
    ["promises that are not stored", 14, "acceptor", { crashes: 1 }, promisesUnstored],
    ["replies before the write they depend on", 8, "acceptor", { crashes: 1 }, repliesFirst],
  ]
  it.each(defects)("%s: found, after %i steps at least", (_name, steps, role, conditions, mutate) => {
    const paxos = mutated(explored("majority(3)", conditions), role, mutate)
    const { outcomes } = exploreActors(paxosModel(paxos), paxosProperties(paxos), { stopAtViolation: true })
    const violated = outcomes.find(({ verdict }) => verdict.verdict === "violated")
    expect(violated?.stepsToViolation).toBe(steps)
  })
})

describe("the searches", () => {
  it("find as many states as an obvious search", () => {
    const conditions = fc.record({
      system: fc.constantFrom("majority(2)", "simple(2, 1, 1)", "simple(2, 2, 1)", "majority(1)"),
      proposers: fc.integer({ min: 1, max: 2 }),
      epochs: fc.integer({ min: 1, max: 2 }),
      network: fc.constantFrom(...networkKinds),
      lossy: fc.boolean(),
      timeouts: fc.boolean(),
      crashes: fc.integer({ min: 0, max: 1 }),
      nacks: fc.boolean(),
    })
    fc.assert(
      fc.property(conditions, ({ system, ...rest }) => {
        const model = paxosModel(explored(system, rest))
        const limit = slow ? 5_000 : 700
        const obvious = exploreObviously(model, limit)
        fc.pre(obvious.states < limit)
        expect(exploreActors(model, []).distinct).toBe(obvious.states)
      }),
      { numRuns: slow ? 200 : 12 },
    )
  })

  it("agree, breadth first and depth first", () => {
    const paxos = explored("majority(2)", { crashes: 1 })
    const [model, properties] = [paxosModel(paxos), paxosProperties(paxos)]
    const [wide, deep] = [exploreActors(model, properties), exploreDepthFirst(model, properties)]
    expect([deep.distinct, deep.generated, deep.cut]).toEqual([wide.distinct, wide.generated, wide.cut])
    expect(deep.outcomes.map(({ verdict }) => verdict.verdict)).toEqual(
      wide.outcomes.map(({ verdict }) => verdict.verdict),
    )
    expect(deep.collisionProbability).toBe(deep.distinct ** 2 / 2 ** 65)
  })

  it("give runs that the actors can repeat", () => {
    const paxos = explored("simple(2, 1, 1)", { crashes: 1, network: "ordered" })
    const [model, properties] = [paxosModel(paxos), paxosProperties(paxos)]
    for (const search of [exploreActors, exploreDepthFirst]) {
      const { verdict } = search(model, properties).outcomes[0]!
      if (verdict.verdict !== "violated") throw new Error("expected a violation")
      const again = runWorldSteps(model, verdict.witness.steps)
      expect(canonicalText(again.worlds)).toBe(canonicalText(verdict.witness.worlds))
    }
  })

  it("stop at a limit with unknown", () => {
    const paxos = explored("majority(3)")
    for (const search of [exploreActors, exploreDepthFirst]) {
      const { outcomes, complete } = search(paxosModel(paxos), paxosProperties(paxos), { maxStates: 20_000 })
      expect(complete).toBe(false)
      expect(outcomes[0]!.verdict).toMatchObject({ verdict: "unknown" })
    }
  })

  it.each([{ kind: "walk" }, { kind: "pct", changes: 3 }] as const)(
    "find violations by sampling, %o",
    (strategy) => {
      const sample = (system: string) => {
        const paxos = explored(system)
        const options = { runs: 300, maxSteps: 60, random: randomFromSeed(1), strategy }
        return sampleActors(paxosModel(paxos), paxosProperties(paxos), options).outcomes[0]!
      }
      expect(sample("simple(4, 1, 1)").verdict.verdict).toBe("violated")
      expect(sample("majority(3)").verdict.verdict).toBe("unknown")
    },
  )
})

/**
 * Every state of a model of actors, found with strings, a Set and the actors'
 * own steps: the slow twin of the search. Their number (`limit` if there are
 * more), and the texts of all that is remembered in any of them.
 */
function exploreObviously(model: PaxosModel, limit: number): { states: number; memories: Set<string> } {
  interface Obvious {
    readonly locals: readonly {
      state: unknown
      up: boolean
      stored: PaxosRecord | undefined
      timers: readonly string[]
      waiting: readonly string[]
    }[]
    readonly messages: readonly { from: number; to: number; message: PaxosMessage }[]
    readonly crashes: number
    readonly memory: PaxosMemory
  }
  type Given = Parameters<NonNullable<PaxosModel["history"]>["observe"]>[1]
  const history = model.history!
  const wanted = (p: number): string[] =>
    model.requests.flatMap(({ process, value }) => (process === p ? [value] : []))
  const keep = model.network === "duplicating"
  const textOf = ({ messages, ...rest }: Obvious): string => {
    const texts = messages.map(canonicalText)
    if (model.network === "ordered") {
      const pairs = new Map<string, string[]>()
      messages.forEach(({ from, to }, i) =>
        pairs.set(`${from} ${to}`, [...(pairs.get(`${from} ${to}`) ?? []), texts[i]!]),
      )
      return canonicalText({ ...rest, pairs })
    }
    return canonicalText({ ...rest, texts: (keep ? [...new Set(texts)] : texts).sort() })
  }
  /** The world after some outputs of process p; undefined where a message is not admitted. */
  const apply = (
    world: Obvious,
    p: number,
    state: unknown,
    outputs: Step<unknown, PaxosMessage, PaxosRecord, unknown>["outputs"],
    first: Given[],
  ): Obvious | undefined => {
    let { stored } = world.locals[p]!
    const { waiting } = world.locals[p]!
    let timers = world.locals[p]!.timers
    let memory = first.reduce<PaxosMemory>((m, event) => history.observe(m, event), world.memory)
    const messages = [...world.messages]
    for (const output of outputs) {
      if (output.type === "send" || output.type === "broadcast") {
        if (model.admits?.(output.message) === false) return undefined
        for (const to of recipientsOf(output)) messages.push({ from: p, to, message: output.message })
      } else if (output.type === "store") {
        if (output.volatile !== true) stored = output.record
        memory = history.observe(memory, { type: "store", process: p, record: output.record })
      } else if (output.type === "learn") {
        memory = history.observe(memory, { ...output, process: p })
      } else if (output.type !== "report") {
        timers = timers.filter((timer) => timer !== output.timer)
        if (output.type === "set-timer") timers = [...timers, output.timer].sort()
      }
    }
    if (model.permits?.(state) === false) return undefined
    return {
      ...world,
      messages,
      memory,
      locals: world.locals.with(p, { state, up: true, stored, timers, waiting }),
    }
  }
  const crashed = (world: Obvious | undefined, p: number): Obvious | undefined =>
    world && {
      ...world,
      crashes: world.crashes - 1,
      locals: world.locals.with(p, {
        state: undefined,
        up: false,
        stored: world.locals[p]!.stored,
        timers: [],
        waiting: [],
      }),
    }
  const stepWith = (
    world: Obvious,
    p: number,
    input: Parameters<PaxosActor["step"]>[1],
    first: Given[],
  ): (Obvious | undefined)[] => {
    const { state, outputs } = model.processes[p]!.actor.step(world.locals[p]!.state, input)
    const spoken = outputs.findIndex((output) => recipientsOf(output).length > 0 || output.type === "learn")
    const partial = outputs.flatMap(({ type }, i) =>
      type === "store" && spoken >= 0 && i > spoken && world.crashes > 0
        ? [crashed(apply(world, p, state, outputs.slice(0, i), first), p)]
        : [],
    )
    return [apply(world, p, state, outputs, first), ...partial]
  }
  const next = (world: Obvious): (Obvious | undefined)[] => [
    ...world.messages.flatMap((envelope, i) => {
      const { from, to, message } = envelope
      const blocked = world.messages.slice(0, i).some((other) => other.from === from && other.to === to)
      if (model.network === "ordered" && blocked) return []
      const without = { ...world, messages: world.messages.filter((_, j) => j !== i) }
      const lost =
        model.lossy === true || (model.network === "ordered" && !world.locals[to]!.up) ? [without] : []
      if (!world.locals[to]!.up) return lost
      const delivered = stepWith(keep ? world : without, to, { type: "receive", from, message }, [
        { type: "deliver", ...envelope },
      ])
      const idle = { ...without, locals: world.locals }
      // Deliveries that change nothing are left out, except where they let the next message through.
      return [
        ...lost,
        ...delivered.filter(
          (after) =>
            model.network === "ordered" ||
            after === undefined ||
            textOf(after) !== textOf(keep ? world : idle),
        ),
      ]
    }),
    ...world.locals.flatMap((local, p) => {
      if (!local.up) {
        if (model.recovers === false) return []
        const fresh = { ...local, state: model.processes[p]!.actor.start(p).state, waiting: wanted(p) }
        return stepWith(
          { ...world, locals: world.locals.with(p, fresh) },
          p,
          { type: "recover", stored: local.stored },
          [],
        )
      }
      const fired = model.timeouts === false ? [] : local.timers
      return [
        ...fired.flatMap((timer) => {
          const timers = local.timers.filter((other) => other !== timer)
          return stepWith(
            { ...world, locals: world.locals.with(p, { ...local, timers }) },
            p,
            { type: "timeout", timer },
            [],
          )
        }),
        ...local.waiting.slice(0, 1).flatMap((value) => {
          const waiting = local.waiting.slice(1)
          const asked = { ...world, locals: world.locals.with(p, { ...local, waiting }) }
          return stepWith(asked, p, { type: "propose", value }, [])
        }),
        ...(world.crashes > 0 ? [crashed(world, p)] : []),
      ]
    }),
  ]
  let start: Obvious = {
    locals: model.processes.map(({ actor }, p) => ({
      state: actor.start(p).state,
      up: true,
      stored: undefined,
      timers: [],
      waiting: model.lateRequests === true ? wanted(p) : [],
    })),
    messages: [],
    crashes: model.crashes ?? 0,
    memory: history.initial,
  }
  // Only what a start sets is a timer; none of the actors here sends anything before it is asked.
  model.processes.forEach(({ actor }, p) => {
    start = apply({ ...start, crashes: 0 }, p, start.locals[p]!.state, actor.start(p).outputs, [])!
  })
  for (const { process, value } of model.lateRequests === true ? [] : model.requests) {
    start = stepWith({ ...start, crashes: 0 }, process, { type: "propose", value }, [])[0] ?? start
  }
  start = { ...start, crashes: model.crashes ?? 0 }
  const seen = new Set([textOf(start)])
  const memories = new Set([canonicalText(start.memory)])
  const pending = [start]
  for (let world = pending.pop(); world !== undefined && seen.size < limit; world = pending.pop()) {
    for (const after of next(world)) {
      if (after === undefined || seen.has(textOf(after))) continue
      seen.add(textOf(after))
      memories.add(canonicalText(after.memory))
      pending.push(after)
    }
  }
  return { states: Math.min(seen.size, limit), memories }
}
