package console_test

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/internal/planted"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/socket"
)

func TestAFullChannelNamesItsReceiver(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 2})
	planted.FullChannel(p.rt, 4)
	f, rt := p.until(func(f *console.Frame, rt *console.Runtime) bool {
		return len(rt.Objects) == 1 && rt.Objects[0].Full && rt.Objects[0].Waiting == 3 && len(rt.Objects[0].Holders) == 1
	})
	o := rt.Objects[0]
	if o.Kind != "mpsc" || o.State != "full, capacity 4" || o.Holders[0].Name != "slow sink" || o.Holders[0].Holds {
		t.Errorf("the channel is %+v", o)
	}
	if i := slices.IndexFunc(f.Findings, func(f console.Finding) bool { return f.Kind == "full" }); i < 0 ||
		!strings.Contains(f.Findings[i].Text, "3 tasks wait for room; its receiver was last slow sink") {
		t.Errorf("the findings are %v", f.Findings)
	}
	if rt.Deadlines[6] != 1 {
		t.Errorf("the deadlines are %v, and the sleep ends in half an hour", rt.Deadlines)
	}
}

func TestSocketsAreCountedByOperationAndLocalAddress(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 1})
	addresses := make(chan string, 1)
	edo.Go(p.rt, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		addresses <- l.Addr().String()
		for {
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error { _, err := conn.Read(task, make([]byte, 1)); return err }, edo.Owns(conn))
		}
	})
	at := <-addresses
	for range 3 {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	want := []console.Socket{{Op: "socket: read", Local: at, Tasks: 3}, {Op: "socket: accept", Local: at, Tasks: 1}}
	p.until(func(_ *console.Frame, rt *console.Runtime) bool { return slices.Equal(rt.Sockets, want) })
}

func TestAForgottenHandleIsShown(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 1})
	func() { mpsc.New[string](1) }()
	p.until(func(f *console.Frame, _ *console.Runtime) bool {
		lost.Collect()
		return slices.ContainsFunc(f.Forgotten, func(one console.Forgotten) bool {
			return strings.Contains(one.What, "mpsc") && strings.Contains(one.What, "object_test.go:")
		}) && slices.ContainsFunc(f.Findings, func(f console.Finding) bool { return f.Kind == "forgotten" })
	})
}
