package faults_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// layer is what a program puts on both ends of a connection.
type layer struct {
	name string
	on   func(task *edo.Task, a, b aio.ReadWriter) (x, y aio.ReadWriter, err error)
}

var layers = []layer{
	{"TCP", func(_ *edo.Task, a, b aio.ReadWriter) (x, y aio.ReadWriter, err error) { return a, b, nil }},
	{"TLS", func(task *edo.Task, a, b aio.ReadWriter) (x, y aio.ReadWriter, err error) { return secure(task, a, b) }},
	{"Timed", func(task *edo.Task, a, b aio.ReadWriter) (x, y aio.ReadWriter, err error) {
		return aio.NewTimed(task, a.(aio.Conn)), aio.NewTimed(task, b.(aio.Conn)), nil
	}},
}

// onLayers runs fn with each layer on both ends of a connection, everywhere.
func onLayers(t *testing.T, fn func(task *edo.Task, x, y aio.ReadWriter, a, b *socket.Conn) error) {
	for _, l := range layers {
		t.Run(l.name, func(t *testing.T) {
			everywhere(t, withEnds(func(task *edo.Task, a, b *socket.Conn) error {
				x, y, err := l.on(task, a, b)
				if err != nil {
					return err
				}
				return fn(task, x, y, a, b)
			}))
		})
	}
}

// A piece is the beginning of something, and how it is received.
type piece struct {
	name    string
	bytes   string
	receive func(task *edo.Task, c *socket.Conn) error
	cutOff  error // the error when the connection ends cleanly behind the piece
}

func pieces() []piece {
	return []piece{
		{"half of what ReadFull wants", "1234", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.ReadFull(task, c, make([]byte, 8))
			return err
		}, io.ErrUnexpectedEOF},
		{"half an integer", "12", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.ReadInt[uint32](task, c, binary.BigEndian)
			return err
		}, io.ErrUnexpectedEOF},
		{"a line without its end", "half a li", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.NewBufferedReader(c, 0).ReadSlice(task, '\n')
			return err
		}, io.ErrUnexpectedEOF},
		{"half a frame", "\x00\x00\x00\x08half", func(task *edo.Task, c *socket.Conn) error {
			l, err := codec.NewLengthDelimited(codec.LengthConfig{})
			if err != nil {
				return err
			}
			_, err = codec.NewFramed(c, l).Recv(task)
			return err
		}, io.ErrUnexpectedEOF},
		{"half a TLS handshake", "\x16\x03\x01\x02\x00\x01", func(task *edo.Task, c *socket.Conn) error {
			_, err := tlsconn.NewAcceptor(serverConfig()).Accept(task, c)
			return err
		}, io.ErrUnexpectedEOF},
	}
}

// A reset behind half of something is a reset, also when the half is read first. A clean end there is
// an error as well, and another one.
func TestAStreamThatIsCutInTheMiddleSaysHow(t *testing.T) {
	for _, p := range pieces() {
		t.Run(p.name, func(t *testing.T) {
			everywhere(t, func(task *edo.Task) error {
				for _, waits := range []bool{false, true} {
					for _, end := range []struct {
						by   func(c *socket.Conn) error
						want error
					}{{reset, syscall.ECONNRESET}, {(*socket.Conn).CloseWrite, p.cutOff}} {
						err := withEnds(func(task *edo.Task, a, b *socket.Conn) error {
							if _, err := b.Write(task, []byte(p.bytes)); err != nil {
								return err
							}
							got := make(chan error, 1)
							receive := func() *edo.JoinHandle[edo.Unit] {
								return edo.Go(task, func(task *edo.Task) error {
									got <- p.receive(task, a)
									return nil
								})
							}
							var h *edo.JoinHandle[edo.Unit]
							if waits { // when the end comes
								h = receive()
								tasktest.YieldTimes(task, 10)
							}
							if err := end.by(b); err != nil {
								return err
							}
							if !waits {
								h = receive()
							}
							h.Await(task)
							return is(p.name, <-got, end.want)
						})(task)
						if err != nil {
							return err
						}
					}
				}
				return nil
			})
		})
	}
}

// A record that was begun, then a reset or the end: the plain bytes before it come, then the error.
func TestATLSRecordThatIsCutSaysHow(t *testing.T) {
	for _, end := range []struct {
		name string
		by   func(c *socket.Conn) error
		want error
	}{{"reset", reset, syscall.ECONNRESET}, {"end", (*socket.Conn).CloseWrite, io.ErrUnexpectedEOF}} {
		t.Run(end.name, func(t *testing.T) {
			everywhere(t, withEnds(func(task *edo.Task, a, b *socket.Conn) error {
				x, y, err := secure(task, a, b)
				if err != nil {
					return err
				}
				if _, err := y.Write(task, []byte("whole")); err != nil {
					return err
				}
				if _, err := b.Write(task, []byte{23, 3, 3, 0, 64, 1, 2, 3}); err != nil {
					return err
				}
				p := make([]byte, 9)
				if n, err := x.Read(task, p); string(p[:n]) != "whole" || err != nil {
					return fmt.Errorf("read %q, %v", p[:n], err)
				}
				if err := end.by(b); err != nil {
					return err
				}
				for range 2 { // it stays so
					if _, err := x.Read(task, p); !errors.Is(err, end.want) {
						return is("a read", err, end.want)
					}
				}
				return nil
			}))
		})
	}
}

// Each side ends its direction, in both orders, while the other direction goes on.
func TestEachDirectionOfEveryLayerEndsByItself(t *testing.T) {
	onLayers(t, func(task *edo.Task, x, y aio.ReadWriter, a, b *socket.Conn) error {
		say := func(from, to aio.ReadWriter, word string) error {
			// One task may not do both: TLS may need the other side to take what it writes.
			h := edo.Go(task, func(task *edo.Task) error {
				if _, err := aio.WriteAll(task, from, []byte(word)); err != nil {
					return err
				}
				return aio.Flush(task, from)
			})
			p := make([]byte, len(word))
			if _, err := aio.ReadFull(task, to, p); err != nil || string(p) != word {
				return fmt.Errorf("read %q, %v", p, err)
			}
			_, err := h.Await(task)
			return err
		}
		end := func(from, to aio.ReadWriter) error {
			if err := aio.Shutdown(task, from); err != nil {
				return err
			}
			for range 2 {
				if n, err := aio.Read(task, to, make([]byte, 1)); n != 0 || err != io.EOF {
					return fmt.Errorf("read %d, %v behind the end", n, err)
				}
			}
			return nil
		}
		return errors.Join(
			say(x, y, "both"), say(y, x, "ways"),
			end(x, y), say(y, x, "the other direction goes on"), end(y, x))
	})
}

// A client and a server talk through a relay that knows no message, over real or simulated
// connections. The ends of both directions pass it, and a reset ends both of its sides.
func TestARelayPassesEndsOnAndEndsWithAReset(t *testing.T) {
	for _, resets := range []bool{false, true} {
		t.Run(fmt.Sprint("resets=", resets), func(t *testing.T) {
			everywhere(t, withEnds(func(task *edo.Task, client, left *socket.Conn) error {
				return withEnds(func(task *edo.Task, right, server *socket.Conn) error {
					relayed := make(chan error, 1)
					relay := edo.Go(task, func(task *edo.Task) error {
						_, _, err := aio.CopyBidirectional(task, left, right)
						relayed <- err
						left.Close()
						return right.Close()
					})
					if _, err := client.Write(task, []byte("question")); err != nil {
						return err
					}
					if resets {
						if _, err := server.Read(task, make([]byte, 8)); err != nil {
							return err
						}
						if err := reset(client); err != nil {
							return err
						}
						if _, err := relay.Await(task); err != nil {
							return err
						}
						if _, err := server.Read(task, make([]byte, 1)); err == nil {
							return errors.New("the server can still read")
						}
						return is("the relay", <-relayed, syscall.ECONNRESET)
					}
					if err := client.CloseWrite(); err != nil {
						return err
					}
					question, err := aio.ReadAll(task, server, nil)
					if string(question) != "question" || err != nil {
						return fmt.Errorf("the server reads %q, %v", question, err)
					}
					if _, err := server.Write(task, []byte("answer")); err != nil {
						return err
					}
					if err := server.CloseWrite(); err != nil {
						return err
					}
					answer, err := aio.ReadAll(task, client, nil)
					if string(answer) != "answer" || err != nil {
						return fmt.Errorf("the client reads %q, %v", answer, err)
					}
					_, err = relay.Await(task)
					return errors.Join(err, <-relayed)
				})(task)
			}))
		})
	}
}

// trickle reads a byte at a time from a connection, while it is slow.
type trickle struct {
	*socket.Conn
	fast bool
}

func (c *trickle) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !c.fast {
		p = p[:min(1, len(p))]
	}
	return c.Conn.PollRead(cx, p)
}

// The peer takes a byte at a time, and between them another connection is served. The writer waits
// meanwhile, and everything arrives when the peer has become faster.
func TestPeerThatTakesSingleBytesHoldsUpItsWriterAlone(t *testing.T) {
	const slow = 1 << 10
	text := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // more than a connection has room for
	for _, l := range layers {
		t.Run(l.name, func(t *testing.T) {
			really(t, withEnds(func(task *edo.Task, a, b *socket.Conn) error {
				peer := &trickle{Conn: b}
				x, y, err := l.on(task, a, peer)
				if err != nil {
					return err
				}
				written := edo.Go(task, func(task *edo.Task) error {
					if _, err := aio.WriteAll(task, x, text); err != nil {
						return err
					}
					return aio.Shutdown(task, x)
				})
				p := make([]byte, 1)
				err = withEnds(func(task *edo.Task, c, d *socket.Conn) error {
					for i := range slow {
						if n, err := aio.Read(task, y, p); n != 1 || p[0] != text[i] || err != nil {
							return fmt.Errorf("byte %d: read %q, %v", i, p[:n], err)
						}
						if i%64 != 0 {
							continue
						}
						if _, err := c.Write(task, []byte("word")); err != nil {
							return err
						}
						if _, err := aio.ReadFull(task, d, make([]byte, 4)); err != nil {
							return err
						}
					}
					return nil
				})(task)
				if err != nil {
					return err
				}
				if written.Finished() {
					return errors.New("the writer did not wait")
				}
				peer.fast = true
				rest, err := aio.ReadAll(task, y, nil)
				if err != nil || !bytes.Equal(rest, text[slow:]) {
					return fmt.Errorf("read %d of %d bytes behind the slow ones, %v", len(rest), len(text)-slow, err)
				}
				_, err = written.Await(task)
				return err
			}))
		})
	}
}
