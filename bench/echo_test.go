package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo/bench/internal/load"
)

// needLoad skips the test on a system without a load client.
func needLoad(t *testing.T) {
	t.Helper()
	if !load.Supported {
		t.Skip("the load client needs Linux")
	}
}

func TestEveryEchoServerAnswers(t *testing.T) {
	needLoad(t)
	for _, v := range slices.Concat(echoes(), webs()) {
		if v.server == "" || v.style == inCompiled { // the same source, in another program: see compiled_test.go
			continue
		}
		if race && !strings.HasPrefix(v.runtime, "edo") { // others have data races of their own
			continue
		}
		for _, w := range []workload{echoWith(1, 1), echoWith(50, 16)} {
			if strings.HasPrefix(v.server, "ws-") {
				w.protocol = load.WebSocket
			}
			t.Run(v.name(w), func(t *testing.T) {
				r, err := measureOnce(t.Context(), w, v, 0, tiny(t), nil)
				if err != nil {
					t.Fatal(err)
				}
				if r.N < w.depth || r.NS <= 0 || r.ColdNS <= 0 || r.CPU <= 0 || r.Extra["p99_us"] < r.Extra["p50_us"] || r.Extra["p50_us"] <= 0 {
					t.Errorf("got %+v", r)
				}
			})
		}
	}
}

func TestEveryServerHoldsConnectionsThatAreIdle(t *testing.T) {
	needLoad(t)
	for _, name := range []string{"tcp_idle_10000", "ws_idle_10000", "tls_idle_2000"} {
		w := workloadNamed(name)
		for _, v := range w.variants {
			if v.server == "" || v.style == inCompiled || race && !strings.HasPrefix(v.runtime, "edo") {
				continue
			}
			t.Run(v.name(w), func(t *testing.T) {
				r, err := measureOnce(t.Context(), w, v, 0, tiny(t), nil)
				if err != nil {
					t.Fatal(err)
				}
				if r.N != 20 || r.NS <= 0 || r.CPU <= 0 || r.Extra["connections"] != 20 {
					t.Errorf("got %+v", r)
				}
			})
		}
	}
}

// What a server occupies for idle connections is what they hold, not what making them has left behind.
func TestMemoryOfIdleConnectionsIsReadAfterACollection(t *testing.T) {
	needLoad(t)
	asked, p := 0, &pairs{hasCollector: true}
	server, err := start(t.Context(), self(order{Workers: 2, Serve: "ws-gorilla"}))
	if err != nil {
		t.Fatal(err)
	}
	line, err := server.line()
	if err != nil {
		t.Fatal(err)
	}
	do := load.Order{Address: strings.TrimPrefix(line, "listening "), Server: server.cmd.Process.Pid, Conns: 3, Depth: 1, Protocol: load.WebSocket, Idle: true}
	client, err := start(t.Context(), self(order{Load: &do}))
	if err != nil {
		t.Fatal(err)
	}
	for line, err = client.line(); err == nil && line == load.Collect; line, err = client.line() {
		asked++
		if err := p.collect(server, client); err != nil {
			t.Fatal(err)
		}
	}
	if line != "connected" || err != nil || asked != 2 {
		t.Errorf("asked %d times, then %q, %v", asked, line, err)
	}
	fmt.Fprintln(client.in, "go")
	var sum load.Result
	if err := client.result(&sum); err != nil || sum.Conns != 3 || sum.Requests != 0 || sum.OpenWall <= 0 {
		t.Errorf("got %+v, %v", sum, err)
	}
	if err := errors.Join(client.stop(), server.stop()); err != nil {
		t.Error(err)
	}
}

func TestSeveralServersCountAsOne(t *testing.T) {
	needLoad(t)
	do := order{Workers: 2, Serve: "net"}
	p := &pairs{ctx: t.Context(), server: self(do), order: load.Order{Depth: 2, Warm: time.Millisecond, Measure: 5 * time.Millisecond}}
	for _, conns := range split(25, 10) {
		if err := p.start(conns); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := p.load()
	if err != nil {
		t.Fatal(err)
	}
	r := echoResult(sum, len(p.clients), true)
	if r.Extra["connections"] != 25 || r.Extra["processes"] != 3 || r.N < 25 {
		t.Errorf("got %+v", r)
	}
	if err := p.stop(); err != nil {
		t.Errorf("a process failed: %v", err)
	}
	for _, one := range slices.Concat(p.clients, p.servers) {
		if one.cmd.ProcessState == nil {
			t.Error("a process was left behind")
		}
	}
}

func TestServerEndsWhenItsStarterIsGone(t *testing.T) {
	server, err := start(t.Context(), self(order{Workers: 2, Serve: "net"}))
	if err != nil {
		t.Fatal(err)
	}
	if line, err := server.line(); err != nil || len(line) < len("listening 127.0.0.1:1") {
		t.Fatalf("%q, %v", line, err)
	}
	server.in.Close() // the system does the same when the parent is killed
	if err := server.cmd.Wait(); err != nil {
		t.Error(err)
	}
	server.cancel()
}

func TestServerThatCannotStartSaysWhy(t *testing.T) {
	needLoad(t)
	w := echoWith(1, 1)
	_, err := measureOnce(t.Context(), w, variant{runtime: "go", style: "none", server: "none"}, 0, tiny(t), nil)
	if err == nil || !contains(err.Error(), `no echo server "none"`) {
		t.Errorf("got %v", err)
	}
}

func TestConnectionsAreSplitEvenly(t *testing.T) {
	for _, c := range []struct {
		conns, limit int
		want         string
	}{
		{1, 100, "[1]"},
		{100, 100, "[100]"},
		{101, 100, "[51 50]"},
		{100_000, 19_900, "[16667 16667 16667 16667 16666 16666]"},
	} {
		if got := fmt.Sprint(split(c.conns, c.limit)); got != c.want {
			t.Errorf("%d among processes of %d: %s instead of %s", c.conns, c.limit, got, c.want)
		}
	}
}
