import { describe, expect, test } from "vitest"
import { constantPlan } from "../../quorum/plan.ts"
import { decisionsIn, formatProposalPair, playDecree, playFigure } from "../../run/figures/figure.ts"
import { figureById } from "../../run/figures/index.ts"
import { setting, systemOf } from "../../run/figures/setting.ts"
import { transcript } from "../../world/step/transcript.ts"
import type { Cluster, ClusterOptions } from "./cluster.ts"
import { allAboardPlan } from "./plans.ts"
import { paxosTexts } from "./records.ts"
import { variantById } from "./variants.ts"

/** Three or more acceptors and two or more proposers that run a variant by name. */
function cluster(id: string, n = 3, more: Partial<ClusterOptions> = {}): Cluster {
  const named = variantById(id)!
  return setting(named.switches, named.plan(n), more)
}

/** What followed from the last line of a script. */
function last(given: Cluster, ...script: readonly string[]): string[] {
  const { steps } = playDecree(given, script)
  return transcript(given.processes, steps.slice(-1), paxosTexts).trimEnd().split("\n").slice(2)
}

/** What is decided, and who learns what, when all messages arrive. */
function outcome(given: Cluster, ...script: readonly string[]): { decided: string[]; learned: string[] } {
  const { world } = playDecree(given, script)
  return {
    decided: decisionsIn(world.events, given).map(formatProposalPair),
    learned: world.events.flatMap((event) =>
      event.type === "learn" ? [`${given.processes[event.process]!.name} ${event.value}`] : [],
    ),
  }
}

const both = ["p1 proposes A", "everything arrives", "p2 proposes B", "everything arrives"] as const

describe("the algorithms of Howard 2019, by number", () => {
  test("Algorithms 1 and 2: one acceptor, the first value wins and is everyone's answer", () => {
    const { world } = playFigure(figureById("2.1")!)
    expect(world.events.filter(({ type }) => type === "store")).toHaveLength(1)
    expect(world.events.filter(({ type }) => type === "send")).toHaveLength(4)
  })

  test("Algorithms 3 and 4: two phases each, the second proposer adopts the first one's value", () => {
    expect(outcome(cluster("classic"), ...both)).toEqual({
      decided: ["(0, A)", "(1, A)"],
      learned: ["p1 A", "p2 A"],
    })
  })

  test("Algorithms 5 and 6: told of epoch 5, p1 goes on with epoch 6", () => {
    const script = ["given a1 a2 a3 promised 5 accepted nil", "p1 proposes A", "p1 -> a1", "a1 -> p1"]
    expect(last(cluster("nacks"), ...script)).toEqual(["p1 -> a1 a2 a3  prepare(6)"])
    expect(last(cluster("patient-nacks"), ...script)).toEqual(["(nothing)"])
    // Two of three refuse: no majority is left to promise epoch 0.
    expect(last(cluster("patient-nacks"), ...script, "p1 -> a2", "a2 -> p1")).toEqual([
      "p1 -> a1 a2 a3  prepare(6)",
    ])
  })

  test("Algorithm 7: a majority of promises with one proposal is a decision", () => {
    expect(outcome(cluster("bypass"), ...both)).toEqual({ decided: ["(0, A)"], learned: ["p1 A", "p2 A"] })
    // One promise with it and one without are not.
    const uncertain = ["given a1 promised 0 accepted 0 A", "p2 proposes B", "p2 -> a1 a2", "a1 a2 -> p2"]
    expect(last(cluster("bypass"), ...uncertain)).toEqual(["p2 -> a1 a2 a3  propose(1, A)"])
  })

  test("§3.2: the bypass counts acceptances of all proposals, in histories, earlier epochs and negative replies", () => {
    const known = [
      "given a1 a2 promised 0 accepted 0 A",
      "p2 proposes B",
      "p2 -> a1 a3",
      "a1 -> p2",
      "p2 times out",
      "p2 -x a2",
      "p2 -> a2",
      "a2 -> p2",
    ]
    expect(last(cluster("bypass-boosted"), ...known)).toEqual(["p2 learns A"])
    expect(last(cluster("bypass"), ...known)).toEqual(["(nothing)"])
    const refused = ["given a1 a2 promised 8 accepted 5 B", "p1 proposes A", "p1 -> a1 a2", "a1 a2 -> p1"]
    expect(last(cluster("bypass-boosted"), ...refused)).toContain("p1 learns B")
  })

  test("§3.2: with patience, a proposer lingers for more promises before it proposes", () => {
    const some = ["given a1 a2 promised 0 accepted 0 A", "p2 proposes B", "p2 -> a1 a2 a3", "a1 a3 -> p2"]
    expect(last(cluster("bypass-boosted"), ...some)).toEqual(["(nothing)"])
    expect(last(cluster("bypass-boosted"), ...some, "a2 -> p2")).toEqual(["p2 learns A"])
    expect(last(cluster("bypass-boosted"), ...some, "p2 times out")).toEqual([
      "p2 -> a1 a2 a3  propose(1, A)",
    ])
  })

  test("Algorithms 8 and 9: one acceptor that knows the decision is enough", () => {
    const script = [
      "p1 proposes A",
      "everything arrives",
      "a1 crashes",
      "a2 crashes",
      "p2 proposes B",
      "everything arrives",
    ]
    expect(outcome(cluster("termination"), ...script).learned).toEqual(["p1 A", "p2 A"])
    expect(outcome(cluster("classic"), ...script).learned).toEqual(["p1 A"])
  })

  test("Algorithm 9 and erratum E14: the decision survives a crash, though the rest has been discarded", () => {
    const script = [
      "p1 proposes A",
      "everything arrives",
      "a3 crashes",
      "a3 recovers",
      "p2 proposes B",
      "p2 -x a1 a2",
      "p2 -> a3",
      "a3 -> p2",
    ]
    const { world } = playDecree(cluster("termination"), script)
    expect(world.stateOf(2)).toMatchObject({ lastAccepted: null, decided: { value: "A" } })
    expect(outcome(cluster("termination"), ...script).learned).toEqual(["p1 A", "p2 A"])
  })

  test("§3.3: decided(e) tells those who have accepted since, and nobody else", () => {
    const script = [
      "p1 proposes A",
      "p1 -> a1 a2 a3",
      "a1 a2 a3 -> p1",
      "p1 -> a1 a2",
      "p1 -x a3",
      "a1 a2 -> p1",
      "p1 -> a1 a2 a3",
    ]
    expect(last(cluster("termination-by-epoch"), ...script)).toEqual([
      "a1: promised 0, accepted (0, A), decided A",
      "a2: promised 0, accepted (0, A), decided A",
    ])
  })

  test("§3.4: others forward their candidate to the distinguished proposer, and do without it if it is silent", () => {
    const led = cluster("classic", 3, { distinguished: 0 })
    expect(last(led, "p2 proposes B")).toEqual(["p2 -> p1  forward(B)"])
    expect(outcome(led, "p2 proposes B", "everything arrives")).toEqual({
      decided: ["(0, B)"],
      learned: ["p1 B", "p2 B"],
    })
    expect(last(led, "p2 proposes B", "p2 -x p1", "p2 times out")).toEqual(["p2 -> a1 a2 a3  prepare(1)"])
  })

  test("§3.5: with phase 1 first, a candidate is decided in one round trip", () => {
    expect(
      last(
        cluster("phase-1-first", 3, { proposers: 1 }),
        "p1 times out",
        "everything arrives",
        "p1 proposes A",
      ),
    ).toEqual(["p1 -> a1 a2 a3  propose(0, A)"])
  })

  test("§3.7: a replica sends itself nothing, and goes past its own acceptor's promise", () => {
    const replicas = cluster("replicas", 3, { proposers: 3, colocated: true })
    expect(last(replicas, "a1 proposes A")).toEqual([
      "a1: epoch 0",
      "a1 -> a2 a3  prepare(0)",
      "a1: epoch 0; promised 0, accepted nil",
    ])
    expect(
      outcome(replicas, "a1 proposes A", "everything arrives", "a2 proposes B", "everything arrives"),
    ).toEqual({
      decided: ["(0, A)", "(1, A)"],
      learned: ["a1 A", "a2 A"],
    })
    const behind = ["a3 proposes C", "a3 -> a1", "a1 proposes A"]
    expect(last(replicas, ...behind)).toContain("a1 -> a2 a3  prepare(3)")
  })

  test("§3.7: a reader learns what a quorum has accepted, and disturbs nobody", () => {
    const read = cluster("classic", 3, { readers: 1 })
    expect(
      outcome(read, "p1 proposes A", "everything arrives", "r1 proposes x", "everything arrives").learned,
    ).toEqual(["p1 A", "r1 A"])
    expect(
      outcome(read, "given a1 promised 0 accepted 0 A", "r1 proposes x", "everything arrives").learned,
    ).toEqual([])
  })

  test("§3.7: a recovery proposer finishes what it finds, and stops if it finds nothing", () => {
    const recovering = cluster("classic", 3, { recoveryProposers: 1 })
    expect(outcome(recovering, "p2 proposes x", "everything arrives")).toEqual({ decided: [], learned: [] })
    expect(
      outcome(recovering, "given a1 promised 0 accepted 0 A", "p2 proposes x", "everything arrives"),
    ).toEqual({
      decided: ["(1, A)"],
      learned: ["p2 A"],
    })
  })

  test("Algorithm 10: an epoch is promised to one proposer, and again to the same", () => {
    const voting = cluster("voting")
    expect(last(voting, "p1 proposes A", "p2 proposes B", "p1 -> a1", "p2 -> a1")).toEqual(["(nothing)"])
    expect(outcome(voting, ...both, "p2 times out", "everything arrives")).toEqual({
      decided: ["(0, A)", "(1, A)"],
      learned: ["p1 A", "p2 A"],
    })
  })

  test("Algorithm 11: a negative reply with the proposal is continued, and counts as an acceptance", () => {
    const script = ["given a1 a2 promised 5 accepted 5 B", "p1 proposes A", "p1 -> a1 a2", "a1 -> p1"]
    expect(last(cluster("copying"), ...script)).toEqual(["p1 -> a1 a2 a3  propose(5, B)"])
    expect(last(cluster("copying"), ...script, "a2 -> p1")).toEqual(["p1 learns B"])
    // (3, B) is older than the promise of 5: continuing it would not succeed.
    const older = ["given a1 promised 5 accepted 3 B", "p1 proposes A", "p1 -> a1", "a1 -> p1"]
    expect(last(cluster("copying"), ...older)).toEqual(["p1 -> a1 a2 a3  prepare(6)"])
  })

  test("Algorithm 12: with the quorums of figure 3.6, two of four acceptors are enough", () => {
    expect(playFigure(figureById("3.6")!).world.events.some(({ type }) => type === "learn")).toBe(true)
  })

  test("§3.12: a ring asks a quorum with one message more than it has members", () => {
    const ring = cluster("classic", 5, {
      proposers: 1,
      recipients: () => ({ kind: "ring", quorum: { 1: [0, 1, 2], 2: [2, 3, 4] } }),
    })
    const { world } = playDecree(ring, ["p1 proposes A", "everything arrives"])
    expect(world.events.filter(({ type }) => type === "send")).toHaveLength(2 * (3 + 1))
    expect(decisionsIn(world.events, ring).map(formatProposalPair)).toEqual(["(0, A)"])
  })

  test("§3.12: stricter guards promise an epoch once, and accept only what was promised", () => {
    expect(
      last(cluster("strict"), "p1 proposes A", "p1 -> a1 a2", "a1 a2 -> p1", "p1 -x a3", "p1 -> a3"),
    ).toEqual(["(nothing)"])
    expect(outcome(cluster("strict"), ...both).decided).toEqual(["(0, A)", "(1, A)"])
  })

  test("§3.12: with fail-stop nothing is durable", () => {
    const { world } = playDecree(cluster("fail-stop"), [
      "p1 proposes A",
      "everything arrives",
      "a1 crashes",
      "a1 recovers",
    ])
    expect(world.stateOf(0)).toMatchObject({ lastPromised: null, lastAccepted: null })
  })

  test("the value may travel with the prepare; who missed that cannot accept", () => {
    const early = cluster("value-with-prepare")
    const script = ["p1 proposes A", "p1 -> a1 a2", "p1 -x a3", "a1 a2 -> p1"]
    expect(last(early, ...script)).toEqual(["p1 -> a1 a2 a3  propose(0)"])
    expect(last(early, ...script, "p1 -> a1 a2 a3")).toEqual([
      "a1: promised 0, accepted (0, A)",
      "a1 -> p1  accept(0)",
      "a2: promised 0, accepted (0, A)",
      "a2 -> p1  accept(0)",
    ])
  })

  test("Algorithm 13: promises that meet every phase-2 quorum end phase 1", () => {
    // Q2 is any 2 of 4, so 3 promises meet them all.
    const script = ["p1 proposes A", "p1 -> a1 a2 a3 a4", "a1 a2 -> p1", "a3 -> p1"]
    expect(last(cluster("revision-a", 4), ...script)).toEqual(["p1 -> a1 a2 a3 a4  propose(0, A)"])
  })

  test("Algorithm 14: the first epoch has no phase 1", () => {
    expect(last(cluster("revision-b"), "p1 proposes A")).toEqual(["p1 -> a1 a2 a3  propose(0, A)"])
  })

  test("§4.3.2: all aboard Paxos decides in one round trip while all are up, and in two with a majority later", () => {
    const aboard = cluster("all-aboard", 3, { proposers: 3, colocated: true })
    expect(last(aboard, "a1 proposes A")).toContain("a1 -> a2 a3  propose(0, A)")
    const alone = setting({}, allAboardPlan(3, 1), { proposers: 2 })
    const down = ["a3 crashes", "p1 proposes A", "everything arrives", "p1 times out", "everything arrives"]
    // Epoch 0 asks all three; epoch 2 a majority, after any one promise.
    expect(outcome(alone, ...down.slice(0, 3)).decided).toEqual([])
    expect(outcome(alone, ...down).decided).toEqual(["(2, A)"])
  })

  test("§4.3.2: singleton Paxos hears everyone in phase 1, and one acceptor decides", () => {
    const script = ["p1 proposes A", "p1 -> a1 a2 a3", "a1 a2 -> p1"]
    expect(last(cluster("singleton"), ...script)).toEqual(["(nothing)"])
    expect(last(cluster("singleton"), ...script, "a3 -> p1", "p1 -> a2", "a2 -> p1")).toEqual(["p1 learns A"])
  })

  test("§4.3.2: of co-located majorities, the owner of the first epoch asks for one answer less", () => {
    const located = cluster("colocated-majorities", 5, { proposers: 5, colocated: true })
    const script = ["a1 proposes A", "a1 -> a2 a3", "a2 -> a1"]
    expect(last(located, "a1 proposes A")).toContain("a1 -> a2 a3 a4 a5  propose(0, A)")
    expect(last(located, ...script)).toEqual(["(nothing)"])
    expect(last(located, ...script, "a3 -> a1")).toEqual(["a1 learns A"])
  })

  test("Algorithm 15: one promise with a proposal of the epoch before ends phase 1", () => {
    const script = ["p1 proposes A", "everything arrives", "p2 proposes B", "p2 -> a3", "a3 -> p2"]
    expect(last(cluster("revision-c"), ...script)).toEqual(["p2 -> a1 a2 a3  propose(1, A)"])
  })

  test("Algorithms 16, 17 and 18: with more promises than needed, quorums leave free what the greatest epoch forces", () => {
    // §6.1.3: Q2 = {123}, {45}; promises in epoch 5 from a1 with (3, A), a2 with nothing, a4 with (2, B).
    const plan = constantPlan(
      systemOf(
        5,
        [[1, 4]],
        [
          [1, 2, 3],
          [4, 5],
        ],
        "§6.1.3",
      ),
    )
    const hear = (id: string): string[] =>
      last(
        setting(variantById(id)!.switches, plan),
        "given a1 promised 3 accepted 3 A",
        "given a4 promised 2 accepted 2 B",
        "p2 proposes C",
        "p2 times out",
        "p2 times out",
        "p2 -x a1 a2 a4",
        "p2 -x a1 a2 a4",
        "p2 -> a1 a2 a4",
        "a1 a2 a4 -> p2",
      )
    expect(hear("quorum-values")).toEqual(["p2 -> a1 a2 a3 a4 a5  propose(5, C)"])
    expect(hear("revision-a")).toEqual(["p2 -> a1 a2 a3 a4 a5  propose(5, A)"])
  })

  test("Algorithms 19 and 20: phase 1 ends when one value is possible, epoch by epoch", () => {
    // Everyone must accept in epochs 0 to 3: in epoch 1, one promise with nothing rules a decision out.
    expect(last(cluster("quorum-values-by-epoch"), "p2 proposes B", "p2 -> a1", "a1 -> p2")).toEqual([
      "p2 -> a1 a2 a3  propose(1, B)",
    ])
  })

  test("Algorithm 21: the allocator gives each epoch once, and none twice after a restart", () => {
    const allocated = cluster("allocator")
    expect(last(allocated, "p2 proposes B", "p2 -> allocator", "allocator -> p2")).toEqual([
      "p2 -> a1 a2 a3  propose(0, B)",
    ])
    const restarted = [
      "p2 proposes B",
      "p2 -> allocator",
      "allocator crashes",
      "allocator recovers",
      "p1 proposes A",
      "p1 -> allocator",
    ]
    expect(last(allocated, ...restarted)).toEqual([`allocator -> p1  allocate(${2 ** 32})`])
    expect(outcome(allocated, ...both).decided).toEqual(["(0, A)", "(1, A)"])
  })

  test("§7.1: an allocator that keeps the value hands the first epoch to everyone with it", () => {
    expect(outcome(cluster("register"), ...both)).toEqual({ decided: ["(0, A)"], learned: ["p1 A", "p2 A"] })
  })

  test("Algorithms 22 and 23: who finds another value goes on in an epoch of that value (erratum E7)", () => {
    const { decides } = figureById("7.1")!
    expect(decides).toEqual(["(1, 1)", "(3, 1)"])
    // The first epoch belongs to A: anyone who wants A proposes at once. B's first epoch is 1.
    expect(last(cluster("by-value"), "p2 proposes A")).toEqual(["p2 -> a1 a2 a3  propose(0, A)"])
    expect(last(cluster("by-value"), "p2 proposes B")).toEqual(["p2 -> a1 a2 a3  prepare(1)"])
    expect(() => last(cluster("by-value"), "p1 proposes X")).toThrow(/no epoch belongs to the value X/)
  })

  test("Algorithm 24: an acceptor keeps the first value of an epoch", () => {
    const script = ["p1 proposes A", "p2 proposes B", "p1 -> a1", "p2 -> a1"]
    expect(last(cluster("recovery"), ...script)).toEqual(["(nothing)"])
  })

  test("Algorithms 25 and 26: a value collision is waited out", () => {
    const { steps } = playFigure(figureById("7.4")!)
    const collision = steps.find(({ line }) => line === "a2 a3 -> p2")!
    expect(collision.events.some(({ type }) => type === "send")).toBe(false)
  })

  test("Algorithm 27: where everyone must accept, one promise ends phase 1", () => {
    const script = [
      "p1 proposes A",
      "p1 -> a2",
      "p1 -x a1 a3",
      "p2 proposes B",
      "the rest is lost",
      "p2 times out",
      "p2 -> a2",
      "a2 -> p2",
    ]
    expect(last(cluster("recovery-everyone"), ...script)).toEqual(["p2 -> a1 a2 a3  propose(1, A)"])
  })

  test("Algorithm 28: one promise from the epoch's fixed quorum ends phase 1 (erratum E4)", () => {
    // Epoch 0 has {a1 a2}: a3 says nothing about it, a1 does.
    const script = [
      "p2 proposes B",
      "the rest is lost",
      "p2 times out",
      "p2 -> a3 a1",
      "a3 -> p2",
      "a1 -> p2",
    ]
    expect(last(cluster("recovery-fixed"), ...script)).toEqual(["p2 -> a1 a2 a3  propose(1, B)"])
  })

  test("Algorithm 29: figure 7.5, two proposers of one value do not duel", () => {
    const { world } = playFigure(figureById("7.5")!)
    expect(world.events.filter(({ type }) => type === "learn")).toHaveLength(2)
    expect(world.events.filter(({ type }) => type === "timeout")).toHaveLength(0)
  })

  test("Algorithm 30: the allocator's epoch skips phase 1; without it, the slow path", () => {
    const multi = cluster("multi-path-allocator")
    expect(last(multi, "p2 proposes B", "p2 -> allocator", "allocator -> p2")).toEqual([
      "p2 -> a1 a2 a3  propose(0, B)",
    ])
    expect(last(multi, "p2 proposes B", "p2 times out")).toEqual(["p2 -> a1 a2 a3  prepare(2)"])
    expect(outcome(multi, ...both).decided).toEqual(["(0, A)", "(2, A)"])
    expect(outcome(cluster("multi-path-register"), ...both)).toEqual({
      decided: ["(0, A)"],
      learned: ["p1 A", "p2 A"],
    })
  })

  test("§7.4.2: values with epochs of their own take the fast path, others the slow one", () => {
    const multi = cluster("multi-path-by-value")
    expect(last(multi, "p2 proposes A")).toEqual(["p2 -> a1 a2 a3  propose(0, A)"])
    expect(last(multi, "p2 proposes B")).toEqual(["p2 -> a1 a2 a3  prepare(1)"])
    expect(last(multi, "p2 proposes X")).toEqual(["p2 -> a1 a2 a3  prepare(3)"])
  })

  test("Algorithm 31: anyone decides in one round trip, with three quarters of the acceptors", () => {
    expect(
      last(cluster("multi-path-recovery", 4), "p2 proposes B", "p2 -> a1 a2 a3", "a1 a2 a3 -> p2"),
    ).toEqual(["p2 learns B"])
  })

  test("Algorithm 32: the slow path goes on where the print halts (erratum E6)", () => {
    const collision = [
      "p1 proposes A",
      "p2 proposes B",
      "p1 -> a1 a2",
      "p2 -> a3",
      "the rest is lost",
      "p2 times out",
      "p2 -> a1 a2 a3",
      "a1 a2 a3 -> p2",
    ]
    expect(last(cluster("multi-path-recovery", 4), ...collision)).toEqual([
      "p2 -> a1 a2 a3 a4  propose(2, A)",
    ])
    expect(last(cluster("printed-multi-path", 4), ...collision)).toEqual(["(nothing)"])
    const { world } = playDecree(cluster("printed-multi-path", 4), collision)
    expect(world.stateOf(5)).toMatchObject({ stage: "halted" })
  })

  test("§7.4.3: with revision C, ⌊n/4⌋ + 1 promises end phase 1 after the fast epoch", () => {
    const script = [
      "p1 proposes A",
      "p1 -> a1",
      "the rest is lost",
      "p1 times out",
      "p1 -> a1 a2",
      "a1 a2 -> p1",
    ]
    expect(last(cluster("multi-path-recovery-c", 4), ...script)).toEqual(["p1 -> a1 a2 a3 a4  propose(1, A)"])
  })

  test("§3.12: Fast Paxos and Fast Flexible Paxos pick what a fast quorum may have decided", () => {
    const script = [
      "p1 proposes A",
      "p2 proposes B",
      "p1 -> a1 a2 a3",
      "p2 -> a4",
      "the rest is lost",
      "p2 times out",
      "p2 -> a1 a2 a4",
      "a1 a2 a4 -> p2",
    ]
    expect(last(cluster("fast-paxos", 4), ...script)).toEqual(["p2 -> a1 a2 a3 a4  propose(2, A)"])
    expect(last(cluster("fast-flexible-paxos", 4), ...script)).toEqual(["p2 -> a1 a2 a3 a4  propose(2, A)"])
  })
})
