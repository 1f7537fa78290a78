import type { TermSection } from "./term.ts"

/** Clocks, delays, and what is assumed of them. */
export const timeTerms: TermSection = {
  title: "Time and clocks",
  terms: [
    {
      name: "clock skew",
      also: ["clock offset", "skew"],
      meaning:
        "The difference between what two clocks show at one instant, in seconds. " +
        "Paxos compares no clocks of different processes, so skew means nothing to it.",
      thesis: "Does not matter; only how fast the proposer's clock runs against global time appears in §2.7.",
      lamport: "Not used for safety.",
      raft: "Not used: every timer is local.",
      cassandra:
        "Matters: the last write wins by timestamp, so plain writes may be lost by as much as clocks differ.",
      see: ["clock drift", "lease"],
    },
    {
      name: "clock drift",
      also: ["clock rate", "drift"],
      meaning:
        "The difference between the rates of two clocks, in seconds per second: by it skew grows with time. " +
        "A proposer whose clock gains too much during one time-out gives up on replies that are still on their way.",
      thesis: "§2.7: the proposer's clock gets no more than δd ahead of global time during a phase.",
      lamport: "Enters where leases or time-outs are made precise.",
      raft: "An assumption of lease reads, which etcd does not turn on.",
      cassandra: "Kept small by NTP; not part of the protocol.",
      see: ["clock skew", "timeout"],
    },
    {
      name: "timeout",
      also: ["time-out", "election timeout"],
      meaning:
        "How long a proposer waits for a phase before it tries a greater epoch, by its own clock. " +
        "Too short, and it starves itself; too long, and a crash costs time. " +
        "Safety never depends on it.",
      thesis: "§2.7: δa + 2δm + δd for a phase; growing, if the bounds are unknown.",
      lamport: "Left to the implementation.",
      raft: "The election timeout, random in a range; in etcd 1000 ms to just under 2000 ms, in ticks of 100 ms.",
      cassandra: "The timeouts of writes and of contention (cas_contention_timeout).",
      see: ["back-off", "clock drift"],
    },
    {
      name: "back-off",
      also: ["backoff"],
      meaning:
        "The pause before a proposer tries again. Random or growing pauses end duels in practice, with probability 1 in theory.",
      thesis: "§2.7: growing timers where the bounds are not known.",
      lamport: "Not part of the algorithm.",
      raft: "The random election timeout does this.",
      cassandra: "Random waits between attempts of a contended lightweight transaction.",
      see: ["duelling proposers", "timeout"],
    },
    {
      name: "synchrony",
      also: ["asynchrony", "synchronous", "asynchronous"],
      meaning:
        "A system is synchronous if message delays, speeds and clock rates have known bounds, asynchronous if nothing is assumed. " +
        "The simulator's systems are asynchronous where the scenario says so, and safe in either case.",
      thesis: "§1.6: no bounds for safety; partial synchrony for progress.",
      lamport: "The customary asynchronous, non-Byzantine model (Paxos Made Simple, §2.1).",
      raft: "Safety must not depend on timing; availability inevitably does.",
      cassandra: "No bounds assumed.",
      see: ["partial synchrony", "FLP"],
    },
    {
      name: "failure detector",
      meaning:
        "What tells a process that another is down, rightly or wrongly: here and nearly everywhere a time-out. Wrong suspicions cost progress, not safety.",
      thesis: "§3.4: needed to keep to one distinguished proposer; brings bounds between proposers back in.",
      lamport: "Time-outs that select a leader.",
      raft: "The election timeout without a heartbeat.",
      cassandra: "The accrual failure detector on gossip, which routes requests; Paxos does not rest on it.",
      see: ["distinguished proposer", "timeout"],
    },
    {
      name: "lease",
      also: ["master lease", "leader lease"],
      meaning:
        "An exclusive right for a limited time, such as to answer reads alone. " +
        "Here clocks enter safety: if the holder's clock is slow against the grantors', it goes on when others no longer wait.",
      thesis: "Outside its model (§1.6).",
      lamport: "Leases and timed protocols are treated elsewhere; not part of Paxos.",
      raft: "Lease-based reads exist in the library and are marked as affected by clock drift; etcd reads by ReadIndex, a round of heartbeats.",
      cassandra: "None.",
      see: ["clock drift", "linearizability"],
    },
  ],
}
