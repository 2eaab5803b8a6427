package lease

import (
	"time"

	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Signs returns how many signs of life the broker has confirmed.
func (l *Lease) Signs() uint64 {
	l.k.mu.Lock()
	defer l.k.mu.Unlock()
	if l.isAsking {
		return l.serial - 1
	}
	return l.serial
}

// Sign gives a sign of life now, if none is under way.
func (l *Lease) Sign() {
	l.k.locked(func(after *later) {
		if l.state == held && !l.isAsking {
			l.renew(time.Now(), after)
		}
	})
}

// JetStream returns the client below, for tests that are other programs.
func JetStream(conn *cluster.Conn) jetstream.JetStream { return (*link.Conn)(conn).JetStream() }

// NATS returns the connection below, for tests that cut it.
func NATS(conn *cluster.Conn) *nats.Conn { return (*link.Conn)(conn).NATS() }

// Key returns the key of the lease with the name.
func Key(name string) string { return leaseKey(name) }

// Escape and Unescape make keys of names, and names of keys.
var Escape, Unescape = escape, unescape
