import type { TermSection } from "./term.ts"

/** What a system costs and how much it bears: the quantities of the results. */
export const costTerms: TermSection = {
  title: "Cost and strength",
  terms: [
    {
      name: "latency",
      also: ["time to decide", "time to learn"],
      meaning:
        "The time from a proposal by a client to its outcome, in virtual milliseconds. " +
        "There are two: to the commit point, and to the moment at which a process learns it. " +
        "Every column says which.",
      thesis: "Counted in round trips and synchronous writes (table 2.4), not in seconds.",
      lamport: "Counted in message delays.",
      raft: "From a client's request to the reply, one round trip to a majority and a write when the leader is stable.",
      cassandra:
        "Of a request at the coordinator, in milliseconds; of a lightweight transaction also in round trips.",
      see: ["commit point"],
    },
    {
      name: "resilience",
      also: ["fault tolerance"],
      meaning:
        "The greatest number f such that a quorum of the phase survives the crash of any f acceptors: " +
        "one less than the size of the smallest transversal. " +
        "Of a system, the smaller one of its two phases.",
      thesis: "Not a word of its own; majorities of 2f + 1 acceptors go on while at most f have failed.",
      lamport: "F, the number of acceptors that may fail: N > 2F for classic rounds.",
      raft: "⌊(n − 1)/2⌋ servers of n.",
      cassandra: "RF minus the replicas that the consistency level blocks for.",
      see: ["transversal", "failure probability"],
    },
    {
      name: "load",
      meaning:
        "The share of operations that the busiest acceptor takes part in, when quorums are picked by the best possible strategy. " +
        "Between 0 and 1 where all acceptors are equally fast; the smaller, the more a cluster can do. " +
        "It depends on the share of operations that use phase 1.",
      thesis: "Not defined; the term is that of Naor and Wool 1998.",
      lamport: "Not defined.",
      raft: "Not defined. The leader takes part in every operation, so its load is 1.",
      cassandra: "Not defined in this sense; load there is the amount of data a node stores.",
      see: ["strategy", "capacity"],
    },
    {
      name: "capacity",
      meaning:
        "1 divided by the load: how many operations the whole cluster does in the time in which one acceptor does one.",
      thesis: "Not defined; Naor and Wool 1998.",
      lamport: "Not defined.",
      raft: "Not defined; throughput is bounded by the leader.",
      cassandra: "Not defined in this sense; there it is disk space and requests per second.",
      see: ["load"],
    },
    {
      name: "strategy",
      meaning:
        "A probability for each quorum of each phase: how often a proposer that chooses its quorum chooses that one.",
      thesis: "Not defined; choosing one quorum rather than asking everybody is sending thriftily (§3.12).",
      lamport: "Not defined.",
      raft: "Not defined; the leader sends to all and waits for the fastest.",
      cassandra: "The snitch: which replicas a read asks. Writes go to all.",
      see: ["load"],
    },
    {
      name: "failure probability",
      also: ["availability", "F_p"],
      meaning:
        "The probability that no quorum of the phase is up when each acceptor is down with probability p, independently. " +
        "Availability is 1 minus it.",
      thesis: "Not defined; Peleg and Wool 1995.",
      lamport: "Not defined.",
      raft: "Not defined; the probability that fewer than a majority are up.",
      cassandra: "Not defined; the probability that fewer replicas are up than the level blocks for.",
      see: ["resilience"],
    },
  ],
}
