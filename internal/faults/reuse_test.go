package faults_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// A connection is closed by another goroutine while its task reads and its peer writes, and the next
// one gets the number of its descriptor at once. No byte and no end of the one reaches a reader of
// the other.
func TestTheNextOwnerOfADescriptorHearsNothingOfTheLast(t *testing.T) {
	rounds := fewer(300)
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		accept := func() (conn *socket.Conn, peer *net.TCPConn, err error) {
			theirs, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				return nil, nil, err
			}
			conn, err = l.Accept(task)
			return conn, theirs.(*net.TCPConn), err
		}
		for round := range rounds {
			tag := byte(round)
			old, oldPeer, err := accept()
			if err != nil {
				return err
			}
			reader := edo.Go(task, func(task *edo.Task) error {
				for p := make([]byte, 256); ; {
					n, err := old.Read(task, p)
					for _, c := range p[:n] {
						if c != tag {
							return fmt.Errorf("round %d: the closed connection reads %d", round, c)
						}
					}
					if errors.Is(err, net.ErrClosed) {
						return nil
					}
					if err != nil {
						return fmt.Errorf("round %d: the closed connection reads %w", round, err)
					}
				}
			})
			writes := make(chan struct{})
			go func() {
				defer close(writes)
				for _, err := error(nil), error(nil); err == nil; {
					_, err = oldPeer.Write([]byte{tag, tag})
				}
			}()
			closed := make(chan error, 1)
			go func() { closed <- old.Close() }()
			next, nextPeer, err := accept() // with the number of old, or one of the last round
			if err != nil {
				return err
			}
			heard := make(chan error, 1)
			listener := edo.Go(task, func(task *edo.Task) error {
				p := make([]byte, 2)
				n, err := next.Read(task, p)
				if n != 1 || p[0] != ^tag || err != nil {
					err = fmt.Errorf("round %d: the next connection reads %v, %v", round, p[:n], err)
				}
				heard <- err
				return nil
			})
			edo.Yield(task)
			if err := <-closed; err != nil {
				return err
			}
			if _, err := reader.Await(task); err != nil {
				return err
			}
			select {
			case err := <-heard:
				return fmt.Errorf("round %d: the next connection heard something before its peer wrote: %w", round, err)
			default:
			}
			if _, err := nextPeer.Write([]byte{^tag}); err != nil {
				return err
			}
			if _, err := listener.Await(task); err != nil {
				return err
			}
			if err := <-heard; err != nil {
				return err
			}
			nextPeer.Close()
			if _, err := next.Read(task, make([]byte, 1)); err != io.EOF {
				return fmt.Errorf("round %d: at the end: %w", round, err)
			}
			next.Close()
			oldPeer.Close()
			<-writes
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 4}))
	if err != nil {
		t.Error(err)
	}
}
