package hold

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/cmd/edo/internal/figures"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/socket"
)

// messageSize is the size of a ping in bytes, and of its answer.
const messageSize = 8

// pingers is how many pings a client has under way.
const pingers = 8

// pings makes round trips.
func (c *client) pings(task *edo.Task, p *pings) (*trips, error) {
	sample := c.conns
	if p.For > 0 {
		sample = pick(c.conns, p.Sample)
	}
	end := time.Now().Add(p.For)
	var took recorder
	err := scope.Run(task, func(s *scope.Scope) error {
		for i := range min(pingers, len(sample)) {
			edo.Go(s, func(task *edo.Task) error {
				// Each pinger has connections of its own, which it takes in turn.
				for n := i; ; n += pingers {
					if n >= len(sample) {
						if p.For == 0 {
							return nil
						}
						n = i
					}
					start := time.Now()
					if p.For > 0 && !start.Before(end) {
						return nil
					}
					if err := roundTrip(task, sample[n]); err != nil {
						return fmt.Errorf("ping from %v: %w", sample[n].LocalAddr(), err)
					}
					took.add(time.Since(start))
				}
			}, edo.Name("pinger"))
		}
		return nil
	})
	return took.trips(), err
}

// pick returns so many of the connections, at even distances.
func pick(conns []*socket.Conn, sample int) []*socket.Conn {
	sample = min(max(sample, 1), len(conns))
	picked := make([]*socket.Conn, sample)
	for i := range picked {
		picked[i] = conns[i*len(conns)/sample]
	}
	return picked
}

// stamp is the content of the last ping.
var stamp atomic.Uint64

// roundTrip sends a ping and waits for the answer, which must be the same.
func roundTrip(task *edo.Task, conn *socket.Conn) error {
	var ping, answer [messageSize]byte
	binary.BigEndian.PutUint64(ping[:], stamp.Add(1))
	if _, err := conn.Write(task, ping[:]); err != nil {
		return err
	}
	if _, err := aio.ReadFull(task, conn, answer[:]); err != nil {
		return err
	}
	if !bytes.Equal(answer[:], ping[:]) {
		return fmt.Errorf("%x is answered by %x", ping, answer)
	}
	return nil
}

// A recorder takes durations from any number of tasks.
type recorder struct {
	took figures.Histogram
	most atomic.Int64
}

func (r *recorder) add(d time.Duration) {
	r.took.Add(d)
	for {
		most := r.most.Load()
		if int64(d) <= most || r.most.CompareAndSwap(most, int64(d)) {
			return
		}
	}
}

func (r *recorder) trips() *trips { return &trips{&r.took, time.Duration(r.most.Load())} }

// add takes up other trips.
func (t *trips) add(other *trips) {
	t.Took.Merge(other.Took)
	t.Most = max(t.Most, other.Most)
}

// merged adds up the round trips of several reports.
func merged(reports []report, of func(report) *trips) *trips {
	all := &trips{Took: new(figures.Histogram)}
	for _, r := range reports {
		if t := of(r); t != nil {
			all.add(t)
		}
	}
	return all
}
