import { describe, expect, it } from "vitest"
import { intersection, size } from "../src/base/node-set.ts"
import { type QuorumExpr, compile, dual, positionsOf } from "../src/quorum/expression.ts"
import { minimalQuorumsOf } from "../src/quorum/minimal.ts"
import { type Phase, type QuorumSystem, phases } from "../src/quorum/system.ts"
import { allSubsets, complement, liveCountsByBruteForce } from "../test/support/formulas.ts"
import { cwlogWidths } from "./cwlog.ts"
import { quorumSystemFrom } from "./from-text.ts"

/** Sizes of the minimal quorums, in increasing order. */
function sizesOf(text: string, phase: Phase = 1): number[] {
  return [...quorumSystemFrom(text).minimalQuorums(phase)].map(size).sort((a, b) => a - b)
}

/** f: how many nodes may fail, whichever they are, and a quorum is left. Every smallest killing set is a quorum of the dual. */
function resilience(system: QuorumSystem, phase: Phase): number {
  const killing = [...minimalQuorumsOf(dual(system.expression[phase]), positionsOf(system.nodes))]
  return Math.min(...killing.map(size)) - 1
}

function liveCounts(text: string): number[] {
  const system = quorumSystemFrom(text)
  return liveCountsByBruteForce(system.nodes.length, (set) => system.isQuorum(1, set))
}

describe("published sizes, resilience and live-quorum counts", () => {
  // c, f and c_0 … c_n: how many sets of k live nodes contain a quorum.
  it.each([
    ["majority(3)", 2, 1, [0, 0, 3, 1]],
    ["majority(4)", 3, 1, [0, 0, 0, 4, 1]],
    ["majority(5)", 3, 2, [0, 0, 0, 10, 5, 1]],
    ["wheel(5)", 2, 1, [0, 0, 4, 6, 5, 1]],
    ["wall([1, 4])", 2, 1, [0, 0, 4, 6, 5, 1]],
    ["classicGrid(3, 3)", 5, 2, [0, 0, 0, 0, 0, 9, 36, 36, 9, 1]],
    ["mGrid(3, 0)", 5, 2, [0, 0, 0, 0, 0, 9, 36, 36, 9, 1]],
    ["projectivePlane(2)", 3, 2, [0, 0, 0, 7, 28, 21, 7, 1]],
    ["tree(2)", 3, 2, [0, 0, 0, 6, 29, 21, 7, 1]],
  ])("%s", (text, smallest, f, counts) => {
    expect(sizesOf(text)[0]).toBe(smallest)
    expect(resilience(quorumSystemFrom(text), 1)).toBe(f)
    expect(liveCounts(text)).toEqual(counts)
  })

  it.each([
    ["simple(7, 5, 3)", 2, 4],
    ["grid(2, 3)", 1, 2],
    ["grid(4, 2)", 3, 1],
    ["rowa(5)", 4, 0],
    ["singleton(3)", 0, 0],
    ["coverGrid(3, 3)", 2, 2],
    ["epaxos(7)", 3, 2],
    ["fastPaxos(7)", 3, 1],
  ])("%s survives f failures in each phase", (text, f1, f2) => {
    const system = quorumSystemFrom(text)
    expect(phases.map((phase) => resilience(system, phase))).toEqual([f1, f2])
    // What kills one phase is a quorum that the other must meet: f(Q₁) ≤ c(Q₂) − 1.
    expect(f1).toBeLessThan(sizesOf(text, 2)[0]!)
    expect(f2).toBeLessThan(sizesOf(text, 1)[0]!)
  })
})

describe("self-dual systems: exactly one of any set and its complement holds a quorum", () => {
  it.each([
    "singleton(3)",
    "majority(5)",
    "wheel(6)",
    "triangle(4)",
    "wall([1, 3, 2])",
    "tree(2)",
    "hqs(3, 3)",
    "cwlog(8)",
    "projectivePlane(2)",
    "hierarchical([1, 3, 5])",
  ])("%s", (text) => {
    const counts = liveCounts(text)
    const n = counts.length - 1
    // c_k and c_{n−k} share out the sets of k nodes: F at p = ½ is ½.
    counts.forEach((count, k) => expect(count + counts[n - k]!).toBe(binomial(n, k)))
  })
})

describe("each family is what its definition says", () => {
  it("a wheel is the wall of the hub over the rim, a triangle the wall of rows 1 to d", () => {
    expect(quorumsOf("wheel(6)")).toEqual(quorumsOf("wall([1, 5])"))
    expect(quorumsOf("triangle(4)")).toEqual(quorumsOf("wall([1, 2, 3, 4])"))
    expect(new Set(sizesOf("triangle(4)"))).toEqual(new Set([4]))
  })

  it("a wall: a full row, and one acceptor of each row below", () => {
    const [x, y] = [
      ["a1", "a2"],
      ["a3", "a4", "a5"],
    ] as const
    const upper = x.join("*") + `*(${y.join(" + ")})`
    expect(quorumsOf("wall([2, 3])")).toEqual(quorumsOf(`split(${upper} + ${y.join("*")}, a1)`))
    // A row of one rules alone: the rows above it never matter.
    expect(quorumsOf("wall([2, 1])")).toEqual([["a3"]])
    expect(sizesOf("wall([3, 3, 3])").filter((each) => each === 5)).toHaveLength(9)
  })

  it("cwlog has rows as wide as ⌊log₂ 2i⌋, the last widened by what is left", () => {
    expect(cwlogWidths(21)).toEqual([1, 2, 2, 3, 3, 3, 3, 4])
    expect(cwlogWidths(10)).toEqual([1, 2, 2, 5])
    expect(cwlogWidths(1)).toEqual([1])
    expect(cwlogWidths(2)).toEqual([2])
    for (let n = 1; n < 200; n++) expect(cwlogWidths(n).reduce((a, b) => a + b)).toBe(n)
  })

  it("the smallest quorum of a tree is a path, h + 1 of 2^(h+1) − 1; the largest all its leaves", () => {
    for (const height of [0, 1, 2, 3]) {
      const sizes = sizesOf(`tree(${height})`)
      expect([sizes[0], sizes.at(-1)]).toEqual([height + 1, 2 ** height])
    }
  })

  it("hierarchies of threes have quorums of 2^h, 3^(2^h − 1) of them", () => {
    expect(sizesOf("hqs(3, 3)")).toEqual(Array(27).fill(4))
    expect(quorumsOf("hqs(3, 3)")).toEqual(quorumsOf("hierarchical([3, 3, 3])"))
    expect(quorumsOf("compose(majority(3), majority(3))")).toHaveLength(27)
    // Kumar's own example: 9 copies, reads of 1 × 2 and writes of 3 × 2.
    expect([sizesOf("hqs([3, 1, 3], 3)", 1)[0], sizesOf("hqs([3, 1, 3], 3)", 2)[0]]).toEqual([2, 6])
  })

  it.each([2, 3, 5, 7])(
    "two lines of the plane of order %i meet in exactly one point, and two points share one line",
    (order) => {
      const lines = [...quorumSystemFrom(`projectivePlane(${order})`).minimalQuorums(1)]
      expect(lines).toHaveLength(order * order + order + 1)
      for (const line of lines) {
        expect(size(line)).toBe(order + 1)
        for (const other of lines) if (other !== line) expect(size(intersection(line, other))).toBe(1)
      }
    },
  )

  it("paths(d) has 2d² + 2d + 1 acceptors and quorums from 2d + 1 on; crossings are certain or not, never both", () => {
    for (const d of [1, 2]) {
      const text = `paths(${d})`
      expect(quorumSystemFrom(text).nodes).toHaveLength(2 * d * d + 2 * d + 1)
      expect(sizesOf(text)[0]).toBe(2 * d + 1)
    }
    expect(quorumSystemFrom("paths(3)").nodes).toHaveLength(25)
    expect(quorumSystemFrom("paths(4)").nodes).toHaveLength(41)
  })

  it("the left-right crossings of paths are the dual of the top-bottom ones", () => {
    // Of the edges that are up there is a path across, or of those that are down a dual path between top and bottom.
    const { expression, nodes } = quorumSystemFrom("paths(2)")
    const [across, down] = (expression[1] as QuorumExpr & { kind: "threshold" }).children as [
      QuorumExpr,
      QuorumExpr,
    ]
    const [isAcross, isDown] = [compile(across, positionsOf(nodes)), compile(down, positionsOf(nodes))]
    for (const set of allSubsets(13)) expect(isDown(complement(13, set))).toBe(!isAcross(set))
  })

  it("M-grid overlaps outvote b liars", () => {
    for (const [text, b] of [
      ["mGrid(3, 0)", 0],
      ["mGrid(3, 1)", 1],
      ["mGrid(3, 3)", 3],
    ] as const) {
      const quorums = [...quorumSystemFrom(text).minimalQuorums(1)]
      const overlaps = quorums.flatMap((q) => quorums.map((r) => size(intersection(q, r))))
      expect(Math.min(...overlaps)).toBeGreaterThanOrEqual(2 * b + 1)
    }
  })

  it.each([
    [
      "fastPaxos",
      [
        [3, 2, 3],
        [4, 3, 3],
        [5, 3, 4],
        [7, 4, 6],
      ],
    ],
    [
      "epaxos",
      [
        [3, 2, 2],
        [5, 3, 3],
        [7, 4, 5],
      ],
    ],
    [
      "accord",
      [
        [3, 2, 3],
        [5, 3, 4],
        [7, 4, 6],
      ],
    ],
  ])("%s: the published sizes, n → phase 1, phase 2", (id, rows) => {
    for (const [n, q1, q2] of rows as [number, number, number][]) {
      const text = `${id}(${n})`
      expect([n, sizesOf(text, 1)[0], sizesOf(text, 2)[0]]).toEqual([n, q1, q2])
    }
  })

  it("default fast quorums are n − E for the largest E with n > 2E + F, F as large as a majority allows", () => {
    for (let n = 1; n <= 30; n++) {
      const f = Math.floor((n - 1) / 2)
      const e = Math.ceil((n - f) / 2) - 1
      const { expression } = quorumSystemFrom(`fastPaxos(${n})`)
      expect(expression[2]).toMatchObject({ kind: "threshold", k: n - e })
    }
  })

  it("zones: Cassandra's levels for replication 3 + 3, by their smallest quorums", () => {
    const levels = [
      "ONE",
      "TWO",
      "THREE",
      "QUORUM",
      "SERIAL",
      "LOCAL_ONE",
      "LOCAL_QUORUM",
      "LOCAL_SERIAL",
      "EACH_QUORUM",
      "ALL",
    ]
    const smallest = levels.map((level) => sizesOf(`zones([3, 3], ${level}, ALL)`)[0])
    expect(smallest).toEqual([1, 2, 3, 4, 4, 1, 2, 2, 4, 6])
  })

  it("a joint configuration needs both, in both phases", () => {
    const joint = quorumSystemFrom("joint(majority(3), majority(5))")
    const [old, next] = ["majority(3)", "majority(5)"].map(quorumSystemFrom) as [QuorumSystem, QuorumSystem]
    for (let set = 0; set < 32; set++) {
      for (const phase of phases) {
        expect(joint.isQuorum(phase, set)).toBe(old.isQuorum(phase, set) && next.isQuorum(phase, set))
      }
    }
  })
})

describe("composition", () => {
  it("names the nodes of an inner system after the node they replace", () => {
    expect(quorumSystemFrom("compose(majority(3), grid(1, 2), majority(1), x)").nodes).toEqual([
      "a1_a1",
      "a1_a2",
      "a2_a1",
      "x",
    ])
  })

  it("keeps the names of formulas, so that a system can be over nodes of any names", () => {
    const { nodes } = quorumSystemFrom('compose(grid(2, 2), tokyo, "us-west", oslo, lima)')
    expect(nodes).toEqual(["tokyo", "us-west", "oslo", "lima"])
  })

  it("is the outer system asked about which inner ones have a quorum", () => {
    const composed = quorumSystemFrom("compose(simple(3, 3, 1), simple(3, 2, 2), x*y, grid(1, 2))")
    const outer = quorumSystemFrom("simple(3, 3, 1)")
    const inner = ["simple(3, 2, 2)", "x*y", "grid(1, 2)"].map(quorumSystemFrom)
    for (let set = 0; set < 128; set++) {
      const parts = [set & 7, (set >> 3) & 3, set >> 5]
      for (const phase of phases) {
        const held = inner.reduce(
          (bits, system, i) => bits | (Number(system.isQuorum(phase, parts[i]!)) << i),
          0,
        )
        expect(composed.isQuorum(phase, set)).toBe(outer.isQuorum(phase, held))
      }
    }
  })

  it("a hierarchy is the composition of its levels", () => {
    const renamed = quorumsOf("compose(majority(3), majority(3))").map((quorum) =>
      quorum.map((name) => `a${3 * (Number(name[1]) - 1) + Number(name[4])}`),
    )
    expect(renamed).toEqual(quorumsOf("hqs(3, 3)"))
  })
})

describe("arguments that do not go together are refused with what would do", () => {
  it.each([
    ["wheel(2)", "n is at least 3. Try wheel(5)"],
    ["tree(13)", "the height is at most 12"],
    ["hqs([3, 4, 1])", "q1 and q2 are at most 3"],
    ["hqs()", "takes 1 or more arguments"],
    ["hqs(100, 101)", "10100 acceptors; at most 10000"],
    ["hierarchical([])", "a number of acceptors or a list of groups"],
    ["projectivePlane(4)", "4 is not a prime"],
    ["projectivePlane(1)", "majority(3)"],
    ["paths(5)", "d is at most 4, that is 41 acceptors"],
    ["mGrid(2, 4)", "b is at most 3 here"],
    ["fastPaxos(4, 5)", "fast quorums of 3 go with majorities"],
    ["epaxos(4)", "try epaxos(5)"],
    ["accord(5, 2)", "at least n - f = 3"],
    ["zones([3, 3], z3, z1)", "unknown zone z3; valid zones: z1 to z2"],
    ["zones([3, 3], local, z1)", "phase1 is local; must be each, most, any"],
    ["zones([3, 1], [2, 2], z1)", "asks for 2 zones of 2 nodes, and there is 1"],
    ["zones([1, 1], THREE, z1)", "3 nodes are asked for, and there are 2"],
    ["weighted([1, 2], 4, 1)", "4 votes cannot be gathered in phase 1"],
    ["weighted([1, 2], 1, 2, [1])", "both lists have one number per acceptor"],
    ["compose(majority(3), a, b)", "give one for each, or one for all"],
    [
      "compose(majority(2), majority(2), a1_a1)",
      "a1_a1 is the name of a node in place of a1, and of another node too",
    ],
    ["joint(majority(3))", "takes 2 arguments; one was given"],
    ["zones([100000], one, all)", "at most 10000"],
  ])("%s", (text, part) => {
    expect(() => quorumSystemFrom(text)).toThrow(part)
  })
})

function quorumsOf(text: string): string[][] {
  const system = quorumSystemFrom(text)
  return [...system.minimalQuorums(1)]
    .map((set) => system.nodes.filter((_, i) => (BigInt(set) >> BigInt(i)) & 1n))
    .sort((a, b) => (a.join() < b.join() ? -1 : 1))
}

function binomial(n: number, k: number): number {
  let value = 1
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i
  return value
}
