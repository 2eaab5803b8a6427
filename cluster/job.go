package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A Job is what a handler is given.
type Job[T any] struct {
	Value T
	// ID is that of the publish. It is the same in every try, and in a dead letter that was sent
	// again: a handler that keeps its results under the ID, and keeps the first, works effectively
	// once.
	ID string
	// Try counts from 1. Tries that a crash or a shutdown has cut short are counted.
	Try int
	// Key and Priority are those of the publish.
	Key      string
	Priority int
	// Published is when the broker has stored the job, or when a scheduled one was due.
	Published time.Time
}

// delivery is a job that a worker has, as the broker has given it.
type delivery struct {
	line      *line
	msg       *nats.Msg
	meta      *nats.MsgMetadata
	id        string
	link      int       // which connection has brought it, or has shown that the broker knows of it
	isSettled bool      // it was done here, and the broker has forgotten that
	sign      time.Time // of the latest sign of life that has reached the broker, guarded by the worker
	isEnded   atomic.Bool
}

// tell tells the broker something of the job, for which no answer is awaited: that it is worked on,
// or, the last word, what has become of it. It reports whether that is on its way.
func (d *delivery) tell(conn *Conn, what string) bool {
	isLast := what != "+WPI"
	if d.isEnded.Load() || isLast && d.isEnded.Swap(true) {
		return false
	}
	return conn.NATS().Publish(d.msg.Reply, []byte(what)) == nil
}

// newDelivery reads the head of a message.
func newDelivery(l *line, m *nats.Msg) (*delivery, error) {
	meta, err := m.Metadata()
	if err != nil {
		return nil, err
	}
	d := &delivery{line: l, msg: m, meta: meta, id: m.Header.Get(headID), sign: time.Now()}
	if d.id == "" { // from a program that does not know this package
		d.id = m.Header.Get(jetstream.MsgIDHeader)
	}
	if d.id == "" {
		d.id = fmt.Sprint(meta.Stream, "-", meta.Sequence.Stream)
	}
	return d, nil
}

// jobOf decodes a message.
func jobOf[T any](q *Queue[T], d *delivery) (*Job[T], error) {
	j := &Job[T]{ID: d.id, Try: int(d.meta.NumDelivered), Key: d.msg.Header.Get(headKey), Published: d.meta.Timestamp}
	if q.cfg.Lanes == 0 {
		for i, l := range q.lines {
			if l == d.line {
				j.Priority = len(q.lines) - 1 - i
			}
		}
	}
	if err := q.decode(d.msg.Header.Get(headCodec), d.msg.Data, &j.Value); err != nil {
		return nil, err
	}
	return j, nil
}

// decode decodes a job that was encoded by the codec with the name.
func (q *Queue[T]) decode(codec string, data []byte, v *T) error {
	return decode(q.cfg.Codec, q.of, "a job", codec, data, v)
}

// digest returns s as a token of a subject. Two that are different have different ones.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}
