package sim_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/sim"
)

// op is an operation of the driver as a future.
type op[T any] func(cx *sched.Context) (T, driver.Poll, error)

func (o op[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	v, poll, err := o((*sched.Context)(cx))
	return v, edo.Poll(poll), err
}

func accept(task *edo.Task, l driver.Listener) (driver.Conn, error) {
	return edo.Await(task, op[driver.Conn](l.Accept))
}

func connect(task *edo.Task, c driver.Conn) error {
	_, err := edo.Await(task, op[edo.Unit](func(cx *sched.Context) (edo.Unit, driver.Poll, error) {
		poll, err := c.Connect(cx)
		return edo.Unit{}, poll, err
	}))
	return err
}

// readAll reads to the end, and calls handle for each piece.
func readAll(task *edo.Task, c driver.Conn, handle func(p []byte) error) error {
	var p [100]byte
	for {
		n, err := edo.Await(task, op[int](func(cx *sched.Context) (int, driver.Poll, error) { return c.Read(cx, p[:]) }))
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = handle(p[:n])
		}
		if err != nil {
			return err
		}
	}
}

func writeAll(task *edo.Task, c driver.Conn, p []byte) error {
	for len(p) > 0 {
		n, err := edo.Await(task, op[int](func(cx *sched.Context) (int, driver.Poll, error) { return c.Write(cx, p) }))
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// echo runs a server and ten clients, and returns the order in which they end.
func echo(seed uint64) (ended []int, err error) {
	const clients = 10
	err = sim.Run(seed, func(task *edo.Task) error {
		d, err := inside.Driver(task)
		if err != nil {
			return err
		}
		l, err := d.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			defer l.Close()
			for range clients {
				c, err := accept(task, l)
				if err != nil {
					return err
				}
				edo.Go(task, func(task *edo.Task) error {
					defer c.Close()
					return readAll(task, c, func(p []byte) error { return writeAll(task, c, p) })
				})
			}
			return nil
		})
		for i := range clients {
			edo.Go(task, func(task *edo.Task) error {
				c, err := d.Dial("tcp", l.Addr().String())
				if err != nil {
					return err
				}
				defer c.Close()
				if err := connect(task, c); err != nil {
					return err
				}
				sent := bytes.Repeat([]byte{byte(i)}, 1000*(i+1))
				writer := edo.Go(task, func(task *edo.Task) error {
					if err := writeAll(task, c, sent); err != nil {
						return err
					}
					return c.CloseWrite()
				})
				var got []byte
				if err := readAll(task, c, func(p []byte) error { got = append(got, p...); return nil }); err != nil {
					return err
				}
				if !bytes.Equal(got, sent) {
					return fmt.Errorf("client %d got %d bytes back, or others than the %d it sent", i, len(got), len(sent))
				}
				ended = append(ended, i)
				_, err = writer.Await(task)
				return err
			})
		}
		return nil
	}, sim.WithConfig(sim.Config{Window: 64}))
	return ended, err
}

func TestEchoWorksUnderEverySeedInAnOrderOfItsOwn(t *testing.T) {
	orders := map[string]bool{}
	sim.Explore(t, 50, func(seed uint64) error {
		one, err := echo(seed)
		if err != nil {
			return err
		}
		two, err := echo(seed)
		if err == nil && !slices.Equal(one, two) {
			err = fmt.Errorf("clients end in the order %v, and then %v", one, two)
		}
		orders[fmt.Sprint(one)] = true
		return err
	})
	if len(orders) < 2 && os.Getenv(sim.SeedVariable) == "" {
		t.Fatalf("all seeds gave one order, %v", orders)
	}
}
