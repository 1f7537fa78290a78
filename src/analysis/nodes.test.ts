import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { UsageError } from "../base/errors.ts"
import { type NodeOptions, nodeTable } from "./nodes.ts"

const system = quorumSystemFrom("majority(3)")

describe("nodeTable", () => {
  test("fills in what is not said", () => {
    expect(nodeTable(system)).toEqual({
      capacity: { 1: [1, 1, 1], 2: [1, 1, 1] },
      latency: { 1: [0, 0, 0], 2: [0, 0, 0] },
      failureProbability: [0, 0, 0],
      domains: [],
    })
  })

  test("reads values of both phases alike or of each, and zones", () => {
    const table = nodeTable(system, {
      failureProbability: 0.1,
      nodes: {
        a1: { capacity: 10, zone: "east" },
        a2: { capacity: { phase1: 5, phase2: 7 }, latency: { phase1: 1, phase2: 2 }, zone: "west" },
        a3: { failureProbability: 0.5, zone: "west" },
      },
      zones: { west: 0.2 },
    })
    expect(table.capacity).toEqual({ 1: [10, 5, 1], 2: [10, 7, 1] })
    expect(table.latency).toEqual({ 1: [0, 1, 0], 2: [0, 2, 0] })
    expect(table.failureProbability).toEqual([0.1, 0.1, 0.5])
    expect(table.domains).toEqual([{ name: "west", positions: [1, 2], failureProbability: 0.2 }])
  })

  test.each<[NodeOptions, string]>([
    [{ nodes: { a4: {} } }, 'unknown node "a4"; did you mean "a1" or "a2" or "a3"? Valid nodes: a1, a2, a3.'],
    [{ nodes: { a1: { capacity: -1 } } }, "the capacity of node a1 is -1; must be a number of at least 0"],
    [{ nodes: { a1: { latency: Infinity } } }, "the latency of node a1 is Infinity"],
    [
      { failureProbability: 1.2 },
      "the failure probability of every node is 1.2; must be a number from 0 to 1.",
    ],
    [{ nodes: { a1: { zone: "east" } }, zones: { est: 0.1 } }, 'unknown zone "est"; did you mean "east"?'],
    [{ nodes: { a1: { zone: "z" } }, zones: { z: 2 } }, "the failure probability of zone z is 2"],
  ])("refuses %j", (options, message) => {
    expect(() => nodeTable(system, options)).toThrow(UsageError)
    expect(() => nodeTable(system, options)).toThrow(message)
  })
})
