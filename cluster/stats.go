package cluster

import (
	"cmp"
	"slices"

	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/cluster/internal/remote"
)

// Stats are the numbers of a connection, as this side of it knows them: the broker is not asked. How
// many jobs wait in a queue says [Queue.Info].
type Stats struct {
	IsConnected bool
	Remakes     int // how often a lost connection was made again
	Calls       int // remote calls of this side that have no outcome yet
	Sends       int // messages that the broker has not confirmed yet

	MessagesIn, MessagesOut uint64 // since the Conn was opened, with those of the protocol of edo
	BytesIn, BytesOut       uint64

	Workers []WorkerStats // by queue
	Members []MemberStats // by id
}

// WorkerStats are the numbers of a [Worker].
type WorkerStats struct {
	Queue   string
	Limit   int // jobs that run at a time
	Running int
	Held    int // jobs that it has taken, and not begun
}

// MemberStats are the numbers of a [Member].
type MemberStats struct {
	ID      string
	Limit   int // calls that run at a time
	Running int
	Held    int // calls that it has taken, and not begun
}

// Stats returns the numbers as they are now. It waits for no task and for no answer, and takes a few
// microseconds. Any goroutine may call it.
func (c *Conn) Stats() Stats {
	nc := c.NATS()
	client := nc.Stats()
	_, remakes := c.in().Up()
	s := Stats{
		IsConnected: nc.IsConnected(), Remakes: remakes, Calls: remote.CallsOf(c.in()),
		Sends:      c.in().MaxSends() - c.in().Sends().Available(),
		MessagesIn: client.InMsgs, MessagesOut: client.OutMsgs, BytesIn: client.InBytes, BytesOut: client.OutBytes,
	}
	for _, m := range c.in().Members() {
		switch m := m.(type) {
		case interface{ stats() WorkerStats }:
			s.Workers = append(s.Workers, m.stats())
		case *remote.Member:
			s.Members = append(s.Members, memberStats(m))
		}
	}
	slices.SortFunc(s.Workers, func(a, b WorkerStats) int { return cmp.Compare(a.Queue, b.Queue) })
	slices.SortFunc(s.Members, func(a, b MemberStats) int { return cmp.Compare(a.ID, b.ID) })
	return s
}

var _ link.Member = (*remote.Member)(nil)

func memberStats(m *remote.Member) MemberStats {
	limit, running, held := m.Load()
	return MemberStats{ID: m.ID(), Limit: limit, Running: running, Held: held}
}

// stats returns the numbers of the worker.
func (m *member[T]) stats() WorkerStats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return WorkerStats{Queue: m.q.name, Limit: m.limit, Running: len(m.running), Held: len(m.held)}
}
