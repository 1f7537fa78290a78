import type { TermSection } from "./term.ts"

/** The members of the Paxos family, and what they are put together from. */
export const revisionTerms: TermSection = {
  title: "Revisions of Paxos",
  terms: [
    {
      name: "variant",
      also: ["revision", "switch"],
      meaning:
        "A member of the Paxos family: what of classic Paxos it changes, switch by switch. `quorate list` names those of the thesis, `quorate simulate --variant` runs one, `--set` sets a switch.",
      thesis: "A revision: chapters 3 to 7 each change a property of classic Paxos and prove that it may be.",
      lamport: "A paper of its own: Fast Paxos, Cheap Paxos, Generalized Paxos.",
      raft: "Options of the configuration: PreVote, CheckQuorum.",
      cassandra: "The setting paxos_variant: v1 or v2, each also without linearizable reads.",
      see: ["plan", "mode"],
    },
    {
      name: "plan",
      also: ["quorum plan"],
      meaning:
        "Which quorum system each epoch uses, in ranges of epochs: `0: rowa(3); 1..: majority(3)`. One system for all epochs is a plan, too.",
      thesis:
        "The quorum sets 𝒬₁ᵉ and 𝒬₂ᵉ of §4.2 for all epochs e. There are infinitely many epochs; ranges make every requirement a finite check.",
      lamport:
        "A function from ballots to quorums, in the later specifications; in his papers the quorums do not depend on the ballot.",
      raft: "The sequence of configurations that changes of membership give; it changes at indices of the log and not with the term.",
      cassandra: "The consistency levels chosen for each operation; nothing ties them to ballots.",
      see: ["quorum system", "fast epoch", "epoch"],
    },
    {
      name: "mode",
      meaning:
        "How epochs come about, together with a revision: `quorate check --requirement all` ends with a table of which modes a plan is safe in, and which are sure to progress.",
      thesis: "A row of table 7.2: pre-allocation, voting, an allocator, by value, recovery.",
      lamport: "Pre-allocated ballots; in Fast Paxos, fast and classic rounds.",
      raft: "Voting, always.",
      cassandra: "Pre-allocation: a ballot is a time and the address of its coordinator.",
      see: ["epoch allocation", "intersection requirement"],
    },
    {
      name: "fast epoch",
      also: ["fast round", "fast ballot", "shared epoch"],
      meaning:
        "An epoch in which any proposer may propose at once, so that two values may be proposed in it. Written `0 fast: …` in a plan.",
      thesis: "An epoch allocated by recovery (§7.3); in multi-path Paxos only the first is (§7.4.3).",
      lamport: "Fast round of Fast Paxos, in which the leader has sent an any message.",
      raft: "None: a term has one leader.",
      cassandra: "None in its Paxos. Accord's fast path decides with an electorate and a larger quorum.",
      see: ["Fast Paxos", "value collision", "recovery"],
    },
    {
      name: "single acceptor algorithm",
      also: ["SAA"],
      meaning:
        "Consensus with one acceptor: it keeps the first value it is asked for and answers everyone with it. One round trip and one write, and nothing without that acceptor.",
      thesis: "Algorithms 1 and 2 (§2.1).",
      lamport:
        "The simple solution with a single acceptor, in Paxos Made Simple, given up because it may fail.",
      raft: "A cluster of one.",
      cassandra: "A replication factor of 1.",
      see: ["classic Paxos", "write-once register"],
    },
    {
      name: "classic Paxos",
      also: ["single-decree Paxos", "basic Paxos"],
      meaning:
        "Two phases, each with a majority; the value of the greatest epoch reported, or one's own. What all variants are measured against.",
      thesis: "Algorithms 3 and 4 (chapter 2).",
      lamport: "The Synod protocol; Paxos.",
      raft: "No counterpart: Raft has the log from the start, and its phase 1 is an election.",
      cassandra: "One instance for each lightweight transaction on a partition.",
      see: ["Multi-Paxos", "lightweight transaction"],
    },
    {
      name: "bypass",
      also: ["bypassing phase 2"],
      meaning:
        "A proposer that sees in promises that a phase-2 quorum has accepted one proposal returns its value without a phase 2 of its own.",
      thesis: "§3.2, Algorithm 7; with revision B even before phase 1 is done (§4.3.1).",
      lamport: "A leader that learns in phase 1b that a value has been chosen.",
      raft: "No counterpart: entries of older terms are not counted for commitment.",
      cassandra: "None: a proposal that was accepted and is not known to be committed is proposed again.",
      see: ["phase 1", "reader"],
    },
    {
      name: "termination",
      also: ["phase 3", "decided message"],
      meaning:
        "Acceptors are told what is decided, and answer everything with it. They may then forget the rest, once the decision is on disk (erratum E14).",
      thesis:
        "§3.3, Algorithms 8 and 9: decided(v), or decided(e) for those who have accepted in e or later.",
      lamport: "The Success message of the Synod protocol.",
      raft: "The commit index, sent along with the next message.",
      cassandra: "The commit round of a lightweight transaction, after propose.",
      see: ["learned", "decided"],
    },
    {
      name: "phase ordering",
      also: ["phase 1 first"],
      meaning: "Phase 1 before there is a value to propose: a value then takes one round trip.",
      thesis: "§3.5.",
      lamport: "A new leader runs phase 1 for all instances at once, before clients ask.",
      raft: "An election comes before the requests that the leader serves.",
      cassandra: "None: prepare begins with the request.",
      see: ["Multi-Paxos", "phase 1"],
    },
    {
      name: "voting for epochs",
      also: ["voting"],
      meaning:
        "Every proposer may use every epoch, and an acceptor promises each to one proposer only. Phase-1 quorums of one epoch have to meet (4.7).",
      thesis: "§3.9, Algorithm 10, lemma 17.",
      lamport: "None: ballots belong to their presidents beforehand.",
      raft: "Votes: one for each term and server.",
      cassandra: "None: ballots are unique by construction.",
      see: ["epoch allocation", "vote"],
    },
    {
      name: "all aboard Paxos",
      also: ["all aboard"],
      meaning:
        "Everyone must accept in the first epochs, so that one promise is a phase-1 quorum; later epochs fall back to majorities. One round trip while all are up. `allAboard(3, 3)` is its plan.",
      thesis: "§4.3.2 and table 4.1.",
      lamport: "None; read quorums of one with write quorums of all come closest.",
      raft: "None.",
      cassandra: "Reads at ONE with writes at ALL have the same quorums, without falling back.",
      see: ["Revision B", "plan"],
    },
    {
      name: "singleton Paxos",
      meaning:
        "Phase 1 with everyone, phase 2 with any one acceptor: quick to decide, and stuck for a new proposer while anyone is down.",
      thesis: "§4.3.2.",
      lamport: "None.",
      raft: "None.",
      cassandra: "Reads at ALL with writes at ONE have the same quorums.",
      see: ["phase-2 quorum", "Flexible Paxos"],
    },
    {
      name: "quorum-based value selection",
      also: ["possible values"],
      meaning:
        "Which values some phase-2 quorum may have decided, quorum by quorum. None: any value may be proposed; one: that; several: more promises are needed. It leaves more freedom than the value of the greatest epoch, when more promises came than were needed.",
      thesis: "Chapter 6, Algorithms 16 to 20: V_dec and R.",
      lamport: "The rule of Fast Paxos: the values that are choosable at a round.",
      raft: "None: the candidate with the most recent log wins.",
      cassandra: "None: the most recent proposal is finished first.",
      see: ["value selection", "value collision"],
    },
    {
      name: "allocator",
      meaning:
        "A process that hands out epochs, each once; or the first epoch to everyone with the first value it was asked for, and then it is a write-once register.",
      thesis: "§7.1, Algorithm 21.",
      lamport: "None; a sequencer elsewhere.",
      raft: "None.",
      cassandra: "None.",
      see: ["epoch allocation", "multi-path Paxos"],
    },
    {
      name: "epochs by value",
      also: ["value-mapped epochs", "binary consensus"],
      meaning:
        "Each epoch belongs to a value, and every proposer may use it for that value. Messages need not carry it.",
      thesis: "§7.2, Algorithms 22 and 23: for two values, v = e mod 2.",
      lamport: "None.",
      raft: "None.",
      cassandra: "None.",
      see: ["epoch allocation", "multi-path Paxos"],
    },
    {
      name: "recovery",
      also: ["epochs by recovery"],
      meaning:
        "Epochs are shared by all proposers and values; acceptors keep the first value of an epoch, and a later proposer tells a collision from a decision by quorums. 7.1 is needed for safety; 7.2 makes sure that phase 1 need not wait for more.",
      thesis: "§7.3, Algorithms 24 to 29.",
      lamport: "Collision recovery in Fast Paxos, which always waits for the larger number of promises.",
      raft: "None.",
      cassandra: "None in its Paxos; Accord recovers a transaction from what its electorate says.",
      see: ["fast epoch", "value collision", "recovery proposer"],
    },
    {
      name: "multi-path Paxos",
      also: ["multi-path"],
      meaning:
        "One way to have the first epochs, which is fast where it works, and another for all later ones.",
      thesis: "§7.4, Algorithms 30 to 32: with an allocator, by value, or by recovery.",
      lamport: "Fast Paxos with one fast round, and classic rounds after it.",
      raft: "None.",
      cassandra: "Accord: a fast path, and a slow one.",
      see: ["fast epoch", "allocator", "recovery"],
    },
    {
      name: "ring",
      meaning:
        "A request passed from acceptor to acceptor, each adding its answer: ⌊n/2⌋ + 2 messages a phase, one after the other.",
      thesis: "§3.12.",
      lamport: "None; Ring Paxos is by others.",
      raft: "None.",
      cassandra: "Its ring is something else: the order of tokens that places data on nodes.",
      see: ["thrifty", "latency"],
    },
    {
      name: "virtual sequence",
      also: ["batching", "batch"],
      meaning:
        "Several requests decided as the value of one slot; an empty batch fills a slot that must not stay open.",
      thesis: "§3.12; an empty batch is the no-op.",
      lamport: "The no-op that fills gaps; batching is left to implementations.",
      raft: "Several entries in one message; each keeps an index of its own.",
      cassandra: "A batch statement within one partition is one value.",
      see: ["Multi-Paxos", "replicated state machine"],
    },
    {
      name: "consistency level",
      meaning:
        "How many replicas an operation waits for: a size of quorum, chosen by each request. R + W > RF makes them meet, which is not linearizability.",
      thesis: "The choice of 𝒬₁ and 𝒬₂ (chapter 4), made once and for all.",
      lamport: "The choice of the quorums.",
      raft: "None for writes; reads are linearizable or serializable.",
      cassandra:
        "ONE, TWO, THREE, QUORUM, LOCAL_QUORUM, EACH_QUORUM, ALL and ANY; SERIAL and LOCAL_SERIAL for the Paxos phases.",
      see: ["quorum", "lightweight transaction", "linearizability"],
    },
    {
      name: "lightweight transaction",
      also: ["LWT"],
      meaning: "A write on a condition, decided by one instance of Paxos for its partition.",
      thesis: "Classic Paxos without a distinguished proposer; the source of Cassandra cites the thesis.",
      lamport: "One instance of the Synod protocol.",
      raft: "A transaction of etcd: compare, then put; decided in the log.",
      cassandra: "INSERT … IF NOT EXISTS and UPDATE … IF; four round trips in v1, two in v2.",
      see: ["classic Paxos", "consistency level"],
    },
  ],
}
