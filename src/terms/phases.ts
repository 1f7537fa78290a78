import type { TermSection } from "./term.ts"

/** The two phases, their four messages, and what goes on in them. */
export const phaseTerms: TermSection = {
  title: "Phases and messages",
  terms: [
    {
      name: "phase 1",
      also: ["leader election", "prepare phase", "view change"],
      meaning:
        "A proposer asks acceptors to promise its epoch and hears what they have accepted. " +
        "When the promises suffice it knows every value that may have been decided before, and nobody can decide another behind its back.",
      thesis:
        "§2.2: the reading phase, prepare and promise, with a majority; with a phase-1 quorum from §4.1 on.",
      lamport: "Phase 1, with its steps 1a and 1b.",
      raft: "The election. Instead of fetching values from others a candidate must have an up-to-date log to win.",
      cassandra:
        "The prepare round of a lightweight transaction; version 2 lets it do the work of the read as well.",
      see: ["phase 2", "phase-1 quorum", "value selection"],
    },
    {
      name: "phase 2",
      also: ["replication", "accept phase"],
      meaning:
        "The proposer proposes one value in its epoch; acceptors that have promised nothing greater accept it. " +
        "When a phase-2 quorum has, the value is decided.",
      thesis: "§2.2: the writing phase, propose and accept.",
      lamport: "Phase 2, with its steps 2a and 2b.",
      raft: "Log replication by AppendEntries.",
      cassandra: "The propose round; the commit round comes on top.",
      see: ["phase 1", "phase-2 quorum", "decided"],
    },
    {
      name: "prepare",
      also: ["1a", "NextBallot"],
      meaning: "prepare(e), from a proposer to acceptors: promise to take part in no epoch below e.",
      thesis: "Table 2.2.",
      lamport: "The prepare request, message 1a; NextBallot(b) in The Part-Time Parliament.",
      raft: "RequestVote(term).",
      cassandra: "The request PAXOS_PREPARE, or PAXOS2_PREPARE in version 2.",
      see: ["promise", "promised"],
    },
    {
      name: "promise",
      also: ["1b", "LastVote"],
      meaning:
        "promise(e, f, v), the answer to prepare(e): nothing below e from now on, and the last accepted proposal was (f, v), or none. " +
        "An acceptor that is silent has not said that it accepted nothing; taking the one for the other is unsafe.",
      thesis: "Table 2.2; f ≤ e in all of them (lemma 8), f < e in those of use (corollary 8.1).",
      lamport: "The response to a prepare request, message 1b; LastVote(b, v) in The Part-Time Parliament.",
      raft: "A vote granted. It carries no entries: the voter refuses a candidate whose log is behind its own instead.",
      cassandra: "The response to the prepare, with the latest accepted and the latest committed proposal.",
      see: ["promised", "value selection"],
    },
    {
      name: "propose",
      also: ["2a", "BeginBallot"],
      meaning: "propose(e, v), from a proposer to acceptors: accept v in epoch e.",
      thesis: "Table 2.2. (Viewstamped Replication calls this message prepare.)",
      lamport: "The accept request, message 2a; BeginBallot(b, d) in The Part-Time Parliament.",
      raft: "AppendEntries with the entry.",
      cassandra: "The request PAXOS_PROPOSE, or PAXOS2_PROPOSE in version 2.",
      see: ["accept", "proposal"],
    },
    {
      name: "accept",
      also: ["2b"],
      meaning:
        "accept(e), the answer to propose(e, v): it is accepted and on disk. " +
        "Where several proposers may use one epoch, the message tells the value as well.",
      thesis: "Table 2.2; accept(e, v) from chapter 7 on.",
      lamport: "Accepted, message 2b; Voted(b, q) in The Part-Time Parliament.",
      raft: "A successful response to AppendEntries.",
      cassandra: "A response true to the propose.",
      see: ["accepted"],
    },
    {
      name: "negative reply",
      also: ["NACK", "no-promise", "no-accept", "refusal"],
      meaning:
        "The answer of an acceptor that has promised more than the epoch asked for: no-promise(e, f) or no-accept(e, f), f being what it has promised. " +
        "It replaces a time-out, and takes the assumptions on timing out of the proof of progress.",
      thesis: "§3.1, Algorithms 5 and 6; with the last accepted proposal in Algorithm 11.",
      lamport: "Mentioned as an optimisation: an acceptor that ignores a request should tell the proposer.",
      raft: "Every response carries the current term of the sender; a candidate or leader that sees a greater one steps down.",
      cassandra: "The response false with the greater promised ballot.",
      see: ["promised", "duelling proposers"],
    },
    {
      name: "value selection",
      meaning:
        "The rule by which a proposer that has finished phase 1 picks its value: that of the greatest epoch reported, its own candidate if nothing was. " +
        "Weaker rules look at each phase-2 quorum and ask what it may have decided.",
      thesis: "Property 4 (§2.4), Algorithm 17; by quorums in chapter 6, Algorithms 18 and 20.",
      lamport:
        "Condition B3 of The Part-Time Parliament: the decree of a ballot is that of the latest earlier ballot any of its quorum voted in.",
      raft: "Not needed: the winner of an election has every committed entry already.",
      cassandra: "The coordinator finishes the most recent accepted and uncommitted proposal before its own.",
      see: ["candidate value", "phase 1"],
    },
    {
      name: "candidate value",
      also: ["candidate", "γ"],
      meaning:
        "What a proposer would like to see decided. It proposes it only if phase 1 leaves it the choice.",
      thesis: "γ (table 2.1).",
      lamport: "The value of a client's request.",
      raft: "A client's command. A candidate, in Raft, is a server that seeks to be elected.",
      cassandra: "The update to be applied if the condition of the transaction holds.",
      see: ["value selection"],
    },
    {
      name: "limited",
      meaning: "An epoch is limited to v if v is the only value it may still decide.",
      thesis: "Definition 5 (§2.6): after v is decided in e, all greater epochs are limited to v.",
      lamport: "Safe at: a value is safe at a ballot if no smaller ballot has chosen or can choose another.",
      raft: "Leader completeness says this of entries: a committed one is in the log of every later leader.",
      cassandra: "No word for it.",
      see: ["safety", "decided"],
    },
    {
      name: "proposal copying",
      meaning:
        "A proposer that learns of a proposal (e, v) made by another carries on with it in phase 2 rather than start an epoch of its own: two that propose the same do not duel.",
      thesis: "§3.10, Algorithm 11.",
      lamport: "No word for it.",
      raft: "Not done; only the leader of a term replicates its entries.",
      cassandra:
        "Not done under the same ballot; a coordinator that finds an unfinished proposal repeats it under its own.",
      see: ["duelling proposers", "negative reply"],
    },
    {
      name: "thrifty",
      meaning:
        "Sending a phase to one quorum rather than to everybody: fewer messages, and a wait for the time-out when one of them is down.",
      thesis: "§3.12: 2(⌊n/2⌋ + 1) messages for a phase in the best case.",
      lamport: "Sending to a quorum only is allowed for in all his papers; Cheap Paxos makes a design of it.",
      raft: "Not done: the leader sends to all.",
      cassandra:
        "Reads ask as many replicas as the level needs (and may ask one more if it is late); writes go to all.",
      see: ["strategy", "quorum"],
    },
  ],
}
