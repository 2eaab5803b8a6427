package socket_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// nameServer answers on one connection: server.example is 127.0.0.2 and 127.0.0.1,
// and no other name exists.
func nameServer(conn net.Conn) {
	defer conn.Close()
	const (
		header   = 12
		typeA    = 1
		response = 0x8180
		unknown  = 3
	)
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		end := header
		for query[end] != 0 {
			end += int(query[end]) + 1
		}
		name := query[header:end]
		question := query[header : end+5]
		answer := binary.BigEndian.AppendUint16(nil, binary.BigEndian.Uint16(query))
		flags, answers := uint16(response), 0
		var ips []byte
		if string(name) != "\x06server\x07example" {
			flags |= unknown
		} else if binary.BigEndian.Uint16(question[len(question)-4:]) == typeA {
			for _, last := range []byte{2, 1} {
				ips = append(ips, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, last)
				answers++
			}
		}
		for _, n := range []uint16{flags, 1, uint16(answers), 0, 0} {
			answer = binary.BigEndian.AppendUint16(answer, n)
		}
		answer = append(append(answer, question...), ips...)
		conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}
}

func TestDialLooksNamesUpAndTriesEveryAddress(t *testing.T) {
	before := net.DefaultResolver
	defer func() { net.DefaultResolver = before }()
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go nameServer(theirs)
		return ours, nil
	}}
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return err
		}
		conn, err := socket.Dial(task, "tcp", "server.example:"+port)
		if err != nil {
			return err
		}
		if got := conn.RemoteAddr().String(); got != l.Addr().String() {
			t.Errorf("connected to %s, want %s", got, l.Addr())
		}
		conn.Close()

		_, err = socket.Dial(task, "tcp", "missing.example:"+port)
		var dns *net.DNSError
		if !errors.As(err, &dns) || !dns.IsNotFound || !strings.HasPrefix(err.Error(), "dial tcp: lookup missing.example") {
			t.Errorf("got %v, want that there is no such name", err)
		}
		_, err = socket.Dial(task, "tcp6", "server.example:"+port)
		if !errors.As(err, &dns) {
			t.Errorf("got %v, want that there is no such address", err)
		}
		return nil
	})
}

func TestDroppedDialEndsItsLookUp(t *testing.T) {
	before := net.DefaultResolver
	defer func() { net.DefaultResolver = before }()
	asked := make(chan struct{})
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		select {
		case asked <- struct{}{}:
		case <-ctx.Done():
		}
		<-ctx.Done() // a name server that does not answer
		return nil, ctx.Err()
	}}
	run(t, func(task *edo.Task) error {
		h := edo.Spawn(task, socket.DialFuture(task, "tcp", "server.example:80"))
		for waits := true; waits; {
			select {
			case <-asked:
				waits = false
			default:
				edo.Yield(task)
			}
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v, want ErrCancelled", err)
		}
		return nil // Run waits for the look-up as well
	})
}
