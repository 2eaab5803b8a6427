package socket

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
)

// A datagramScript sends random messages from one socket to two others, twice: by single calls and by
// batches.
type datagramScript struct {
	r      *rand.Rand
	sender *PacketConn
	to     [2]*PacketConn
	bad    []Message // messages that cannot be sent
}

// messages returns n random messages, and for each the receiver, or -1.
func (s *datagramScript) messages(n int) (ms []Message, to []int) {
	for i := range n {
		at := s.r.IntN(2)
		m := Message{Buffer: fmt.Appendf(nil, "%d:%0*d", i, s.r.IntN(12), 0), Addr: s.to[at].LocalAddrPort(), Path: s.pathOf(at)}
		if s.r.IntN(6) == 0 {
			m, at = s.bad[s.r.IntN(len(s.bad))], -1
		}
		ms, to = append(ms, m), append(to, at)
	}
	return ms, to
}

// pathOf returns the path of a receiver, which is empty for UDP.
func (s *datagramScript) pathOf(at int) string {
	if s.to[at].LocalAddrPort().IsValid() {
		return ""
	}
	return s.to[at].LocalAddr().String()
}

// sendEach sends messages by single calls, and returns their errors.
func (s *datagramScript) sendEach(task *edo.Task, ms []Message) (errs []error) {
	for _, m := range ms {
		var err error
		switch {
		case m.Path != "":
			_, err = s.sender.WriteToPath(task, m.Buffer, m.Path)
		case m.Addr.IsValid():
			_, err = s.sender.WriteTo(task, m.Buffer, m.Addr)
		default:
			_, err = s.sender.Write(task, m.Buffer)
		}
		errs = append(errs, err)
	}
	return errs
}

// sendBatches sends messages by batches of random sizes, and returns the error of each: a message that
// cannot be sent is skipped.
func (s *datagramScript) sendBatches(task *edo.Task, ms []Message) (errs []error) {
	for len(ms) > 0 {
		batch := ms[:1+s.r.IntN(len(ms))]
		n, err := s.sender.WriteBatch(task, batch)
		errs = append(errs, make([]error, n)...)
		if ms = ms[n:]; err != nil {
			errs, ms = append(errs, err), ms[1:]
		}
	}
	return errs
}

// receiveEach receives a datagram into each message by single calls.
func receiveEach(task *edo.Task, c *PacketConn, ms []Message) error {
	for i := range ms {
		m := &ms[i]
		r, err := c.receive(task, m.Buffer)
		if err != nil {
			return err
		}
		m.N, m.Addr, m.Path = r.N, r.From, r.Path
	}
	return nil
}

// receiveBatches receives a datagram into each message by batches of random sizes.
func (s *datagramScript) receiveBatches(task *edo.Task, c *PacketConn, ms []Message) error {
	for len(ms) > 0 {
		n, err := c.ReadBatch(task, ms[:1+s.r.IntN(len(ms))])
		if err != nil {
			return err
		}
		ms = ms[n:]
	}
	return nil
}

// run sends and receives messages both ways, and compares.
func (s *datagramScript) run(task *edo.Task, n int) error {
	ms, to := s.messages(n)
	var got [2][2][]Message // single or batch, and receiver
	var errs [2][]error
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = s.r.IntN(12)
	}
	for way := range got {
		if way == 0 {
			errs[way] = s.sendEach(task, ms)
		} else {
			errs[way] = s.sendBatches(task, ms)
		}
		for at, c := range s.to {
			for i := range to {
				if to[i] == at {
					got[way][at] = append(got[way][at], Message{Buffer: make([]byte, sizes[i])})
				}
			}
			var err error
			if way == 0 {
				err = receiveEach(task, c, got[way][at])
			} else {
				err = s.receiveBatches(task, c, got[way][at])
			}
			if err != nil {
				return err
			}
		}
	}
	if len(errs[1]) != n {
		return fmt.Errorf("the batches have %d results of %d", len(errs[1]), n)
	}
	for i, m := range ms {
		single, batch := fmt.Sprint(errs[0][i]), fmt.Sprint(errs[1][i])
		if single != batch || (errs[1][i] != nil) != (to[i] < 0) {
			return fmt.Errorf("message %d: by itself %s, in a batch %s", i, single, batch)
		}
		if to[i] < 0 {
			continue
		}
		var pair [2]Message
		for way := range pair {
			all := &got[way][to[i]]
			pair[way], *all = (*all)[0], (*all)[1:]
		}
		a, b := pair[0], pair[1]
		if string(a.Buffer[:a.N]) != string(b.Buffer[:b.N]) || a.Addr != b.Addr || a.Path != b.Path || b.Cut != (len(m.Buffer) > len(b.Buffer)) {
			return fmt.Errorf("message %d: by itself %q from %v%s, in a batch %q from %v%s, cut %v",
				i, a.Buffer[:a.N], a.Addr, a.Path, b.Buffer[:b.N], b.Addr, b.Path, b.Cut)
		}
	}
	return nil
}

// Any datagrams, in batches of any size, have the results of single calls: data, senders, errors, and
// what was cut.
func TestBatchesHaveTheResultsOfSingleCalls(t *testing.T) {
	far := netip.MustParseAddrPort("[::1]:9")
	for _, kind := range []struct {
		network, address string
		bad              []Message
	}{
		{"udp4", "127.0.0.1:0", []Message{{Addr: far}, {Addr: netip.MustParseAddrPort("127.0.0.1:9"), Buffer: make([]byte, 65_508)}, {}, {Path: "p"}}},
		{"udp6", "[::1]:0", []Message{{Addr: netip.MustParseAddrPort("[::1]:0")}, {}, {Path: "p"}}},
		{"unixgram", "", []Message{{Path: "@edo-none"}, {}, {Addr: far}}},
	} {
		t.Run(kind.network, func(t *testing.T) {
			if kind.network == "unixgram" && runtime.GOOS != "linux" {
				t.Skip("other systems have no names that they choose")
			}
			var seed atomic.Uint64
			everywhere(t, func(task *edo.Task) error {
				s := &datagramScript{r: rand.New(rand.NewPCG(seed.Add(1), 0)), bad: kind.bad}
				for _, c := range []**PacketConn{&s.sender, &s.to[0], &s.to[1]} {
					var err error
					if *c, err = ListenPacket(task, kind.network, kind.address); errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT) {
						return nil // a machine without IPv6
					}
					if err != nil {
						return err
					}
					defer (*c).Close()
				}
				for round := range 30 {
					if err := s.run(task, 1+s.r.IntN(10)); err != nil {
						return fmt.Errorf("round %d: %w", round, err)
					}
				}
				return nil
			})
		})
	}
}
