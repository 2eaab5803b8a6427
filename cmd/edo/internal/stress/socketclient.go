package stress

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

// client spawns a client of one kind or another.
func (p *socketPlay) client(task *edo.Task, rng *rand.Rand) *edo.JoinHandle[edo.Unit] {
	address := p.listener.Addr().String()
	if oneIn(rng, 3) {
		p.tasks.Add(1)
		return edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			open := p.bodies.open()
			defer open.end()
			return edo.Unit{}, p.ignoreStopping(p.plain(task, rng, address))
		})
	}
	return p.spawn(task, func(task *edo.Task) error { return p.ignoreStopping(p.ask(task, rng, address)) })
}

// ignoreStopping returns the error of a client task: when everything is cancelled the
// server may end before the client.
func (p *socketPlay) ignoreStopping(err error) error {
	if p.stopping.Load() {
		return p.ignoreLost(err)
	}
	return err
}

// ask connects and sends a request.
func (p *socketPlay) ask(task *edo.Task, rng *rand.Rand, address string) error {
	conn, err := socket.Dial(task, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	request := echoes
	if oneIn(rng, 3) {
		request = byte(rng.IntN(int(requests)))
	}
	if _, err := conn.Write(task, []byte{request}); err != nil {
		return fmt.Errorf("socket: the first write: %w", err)
	}
	err = p.talk(task, rng, conn)
	if request != echoes && !errors.Is(err, edo.ErrCancelled) {
		return nil // any outcome is right, but it must end
	}
	return err
}

// talk writes and reads at the same time, and compares. It may leave early, or be
// stopped by a deadline first.
func (p *socketPlay) talk(task *edo.Task, rng *rand.Rand, conn *socket.Conn) error {
	total := rng.IntN(1 << rng.IntN(19))
	seed := byte(rng.Uint32())
	inner := fork(rng)
	if oneIn(rng, 6) {
		conn.SetReadDeadline(time.Now().Add(time.Duration(rng.IntN(2)) * time.Millisecond))
		_, err := conn.Read(task, make([]byte, 1))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			if err == nil {
				err = errors.New("there was something to read")
			}
			return fmt.Errorf("socket: a read with a deadline: %w", err)
		}
		conn.SetReadDeadline(time.Time{})
	}
	var wrote error // written by the writer, and read after it was joined
	writing := p.spawn(task, func(task *edo.Task) error {
		wrote = write(task, inner, conn, seed, total)
		return nil
	})
	defer writing.Abort()
	got, err := p.compare(task, rng, conn, seed, total)
	left := errors.Is(err, errLeft)
	switch {
	case left:
		conn.Close() // the writer will get an error
	case err != nil:
		return err
	case got != total:
		return fmt.Errorf("socket: %d bytes came back of %d", got, total)
	}
	if _, err := writing.Await(task); err != nil {
		return err
	}
	if left && errors.Is(wrote, net.ErrClosed) {
		return nil
	}
	return wrote
}

// write sends the pattern in parts, and half-closes.
func write(task *edo.Task, rng *rand.Rand, conn *socket.Conn, seed byte, total int) error {
	for sent := 0; sent < total; {
		part := make([]byte, 1+rng.IntN(min(total-sent, 16<<10)))
		for i := range part {
			part[i] = pattern(seed, sent+i)
		}
		n, err := conn.Write(task, part)
		sent += n
		if err != nil {
			return err
		}
		if err := dawdle(task, rng); err != nil {
			return err
		}
	}
	return conn.CloseWrite()
}

// errLeft says that a client has left early.
var errLeft = errors.New("left")

// compare reads to the end, checks that it is the pattern, and returns the number of bytes.
func (p *socketPlay) compare(task *edo.Task, rng *rand.Rand, conn *socket.Conn, seed byte, total int) (got int, err error) {
	early := oneIn(rng, 6)
	buf := make([]byte, 1+rng.IntN(16<<10))
	for {
		n, err := conn.Read(task, buf)
		for i, b := range buf[:n] {
			if b != pattern(seed, got+i) {
				return got, fmt.Errorf("socket: byte %d of %d is wrong", got+i, total)
			}
		}
		got += n
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, fmt.Errorf("socket: read: %w", err)
		}
		if early && oneIn(rng, 3) {
			return got, errLeft
		}
	}
}

// pattern returns the ith byte.
func pattern(seed byte, i int) byte { return seed + byte(i) + byte(i>>8) }

// plain is a client in plain Go, which sends, half-closes, stalls or resets.
func (p *socketPlay) plain(task *edo.Task, rng *rand.Rand, address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	tcp := conn.(*net.TCPConn)
	seed := byte(rng.Uint32())
	data := make([]byte, 1+rng.IntN(1<<rng.IntN(16)))
	for i := range data {
		data[i] = pattern(seed, i)
	}
	data[0] = echoes
	manner := rng.IntN(4)
	if manner == 0 {
		tcp.SetLinger(0)                  // Close resets
		data = data[:rng.IntN(len(data))] // perhaps before anything was sent
	}
	if _, err := conn.Write(data); err != nil {
		return fmt.Errorf("socket: a plain write: %w", err)
	}
	switch manner {
	case 0:
		return nil
	case 1: // stall, and leave without having read
		return dawdle(task, rng)
	}
	if err := tcp.CloseWrite(); err != nil {
		return err
	}
	back, err := io.ReadAll(conn)
	if err != nil {
		return fmt.Errorf("socket: a plain read: %w", err)
	}
	if string(back) != string(data[1:]) {
		return fmt.Errorf("socket: %d bytes came back of %d, or others", len(back), len(data)-1)
	}
	return nil
}
