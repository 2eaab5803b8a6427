package driver

import (
	"net/netip"

	"github.com/edo-go/edo/internal/sched"
)

// A Message is a datagram of a batch.
type Message struct {
	Buffer []byte         // what is sent, or room for what is received
	N      int            // bytes received
	Addr   netip.AddrPort // of the sender or the receiver, over UDP
	Path   string         // the same, over a Unix socket
	Cut    bool           // Buffer had no room for all of the datagram
}

// MostMessages is how many messages one ReadBatch or WriteBatch handles at most.
const MostMessages = 64

// Peer returns the address of the other end.
func (m *Message) Peer() Peer { return Peer{m.Addr, m.Path} }

// Receive makes m a datagram of size bytes, of which Buffer has those that it has room for.
func (m *Message) Receive(size int, from Peer) {
	m.N, m.Cut = min(size, len(m.Buffer)), size > len(m.Buffer)
	m.Addr, m.Path = from.AddrPort, from.Path
}

// Batches are the operations of a [PacketConn] that handle several datagrams at once. They handle
// one at least, and at most MostMessages; ms is not empty. An error comes without a datagram, and is
// about the first one.
type Batches interface {
	// ReadBatch receives the datagrams that are there, each as ReadFrom does, and returns how
	// many.
	ReadBatch(cx *sched.Context, ms []Message) (int, Poll, error)

	// WriteBatch sends messages, each as WriteTo does: the first ones of ms, as many as there is
	// room for. A failure behind the first message ends it without an error. If it is about that
	// message it comes again when the rest is sent. If it was the refusal of a datagram sent
	// before, it is not told: sendmmsg forgets it, and so do all drivers.
	WriteBatch(cx *sched.Context, ms []Message) (int, Poll, error)
}
