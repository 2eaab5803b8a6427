package web_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/web"
)

// In the simulator a server and its clients do the same under the same seed, to the end.
func TestAWebSocketRunsInTheSimulator(t *testing.T) {
	play := func(seed uint64) (log string) {
		err := sim.Run(seed, func(task *edo.Task) error {
			l, err := socket.Listen(task, "tcp", "127.0.0.1:80")
			if err != nil {
				return err
			}
			defer l.Close()
			for i := range 3 {
				edo.Go(task, func(task *edo.Task) error {
					conn, err := web.Dial(task, "ws://127.0.0.1/")
					if err != nil {
						return err
					}
					defer conn.Drop()
					for j := range 3 {
						if err := conn.Send(task, web.Text(fmt.Sprint(i, j))); err != nil {
							return err
						}
						m, err := conn.Recv(task)
						if err != nil {
							return err
						}
						log += m.String() + ";"
					}
					return conn.Close(task, web.CodeNormal, "")
				})
			}
			var served []*edo.JoinHandle[edo.Unit]
			for range 3 {
				tcp, err := l.Accept(task)
				if err != nil {
					return err
				}
				served = append(served, edo.Go(task, func(task *edo.Task) error {
					conn, err := new(web.Acceptor).Accept(task, tcp)
					if err != nil {
						return err
					}
					return echo(task, conn)
				}))
			}
			for _, h := range served {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		return log
	}
	orders := map[string]bool{}
	for seed := range uint64(20) {
		first, second := play(seed), play(seed)
		if first != second {
			t.Fatalf("seed %d: %s, and then %s", seed, first, second)
		}
		orders[first] = true
	}
	if len(orders) < 2 {
		t.Error("all seeds have the same order")
	}
}
