package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/kv"
	"github.com/edo-go/edo/oneshot"
)

// waiting are the requests that a leader has not answered yet.
type waiting struct {
	writes map[consensus.Index]waitingWrite // by the entry that they wait for
	reads  map[uint64]waitingRead           // by their number
	last   uint64                           // number of a read
}

type waitingWrite struct {
	term  consensus.Term // of the entry: one of another term is of another leader
	reply *oneshot.Sender[response]
}

type waitingRead struct {
	key   string
	reply *oneshot.Sender[response]
}

// ask begins to carry out a request.
func (s *server) ask(q request, reply *oneshot.Sender[response]) {
	var at consensus.Position
	var err error
	switch q.Action {
	case write:
		at, err = s.node.Propose(kv.AppendCommand(nil, q.Command))
	case addServer:
		at, err = s.node.Add(q.Member)
	case removeServer:
		at, err = s.node.Remove(q.Member.ID)
	case read:
		s.waiting.last++
		if err = s.node.Read(s.waiting.last); err == nil {
			s.waiting.addRead(s.waiting.last, waitingRead{q.Key, reply})
			return
		}
	case handOver:
		if err = s.node.HandOver(q.Member.ID); err == nil {
			reply.Send(response{})
			return
		}
	case status:
		reply.Send(response{Status: s.node.Status()})
		return
	}
	switch err {
	case nil:
		s.waiting.addWrite(at.Index, waitingWrite{at.Term, reply})
	case consensus.ErrNotLeader:
		reply.Send(response{Code: notLeader, Leader: s.leader()})
	case consensus.ErrChanging, consensus.ErrHandingOver:
		reply.Send(response{Code: again})
	default:
		reply.Send(response{Code: refused, Why: err.Error()})
	}
}

// leader returns the address of the leader: nothing if it is not known.
func (s *server) leader() string {
	now := s.node.Status()
	return s.links.addr(now.Leader, now.Members)
}

// apply makes the state machine follow the log.
func (s *server) apply(out consensus.Output) error {
	if out.Restore {
		if err := s.store.Restore(out.Snapshot.Data); err != nil {
			return err
		}
		s.applied = out.Snapshot.Index
	}
	for _, e := range out.Committed {
		var result kv.Result
		if e.Kind == consensus.Command {
			c, err := kv.ParseCommand(e.Data)
			if err != nil {
				return fmt.Errorf("entry %d: %w", e.Index, err)
			}
			result = s.store.Apply(uint64(e.Index), c)
		}
		s.applied = e.Index
		if e.Kind == consensus.Membership && s.was.Role == consensus.Leader {
			s.note("the members are " + names(e.Members))
		}
		s.waiting.committed(e, result)
	}
	return nil
}

// names lists members.
func names(members []consensus.Member) string {
	var b strings.Builder
	for i, m := range members {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, m.ID)
		if !m.IsVoter {
			b.WriteString(" (a learner)")
		}
	}
	return b.String()
}

// answer answers the reads, and those requests that this server cannot answer any more.
func (s *server) answer(out consensus.Output) {
	for _, id := range out.Reads {
		r := s.waiting.takeRead(id)
		r.reply.Send(response{Value: s.store.Get(r.key)})
	}
	for _, id := range out.Refused {
		s.waiting.takeRead(id).reply.Send(response{Code: notLeader, Leader: s.leader()})
	}
	if s.was.Role != consensus.Leader {
		s.waiting.giveUpWrites()
	}
}

// compact makes a snapshot when the log is long.
func (s *server) compact() {
	if int(s.applied-s.was.Base) >= s.compactAfter {
		s.node.Compact(s.applied, s.store.Snapshot())
	}
}

func (w *waiting) addWrite(i consensus.Index, one waitingWrite) {
	if w.writes == nil {
		w.writes = map[consensus.Index]waitingWrite{}
	}
	w.writes[i] = one
}

func (w *waiting) addRead(id uint64, one waitingRead) {
	if w.reads == nil {
		w.reads = map[uint64]waitingRead{}
	}
	w.reads[id] = one
}

func (w *waiting) takeRead(id uint64) waitingRead {
	one := w.reads[id]
	delete(w.reads, id)
	return one
}

// committed answers the request that waits for an entry. If the entry is another leader's, the
// request was overwritten.
func (w *waiting) committed(e consensus.Entry, result kv.Result) {
	one, isThere := w.writes[e.Index]
	if !isThere {
		return
	}
	delete(w.writes, e.Index)
	if one.term != e.Term {
		one.reply.Send(response{Code: again})
		return
	}
	one.reply.Send(response{Result: result})
}

// giveUpWrites answers all: this server does not lead, and may never learn what became of them.
func (w *waiting) giveUpWrites() {
	for _, i := range slices.Sorted(maps.Keys(w.writes)) { // a range over the map has another order in each run
		w.writes[i].reply.Send(response{Code: again})
	}
	clear(w.writes)
}
