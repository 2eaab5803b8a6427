package remote_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cmd/edo/internal/remote"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
)

func TestDumpNamesAPollThatDoesNotReturn(t *testing.T) {
	address := program(t)
	rt, err := edo.New(edo.Config{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	var mayEnd atomic.Bool
	edo.Spawn(rt, planted.Spinning{MayEnd: &mayEnd}, edo.Name("busy"))
	c, err := remote.New(address, token)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { // another reader: the console looks all the time
		defer close(ended)
		c.Frames(ctx, func(*console.Frame) {})
	}()
	defer func() {
		mayEnd.Store(true)
		end()
		<-ended
		rt.Shutdown(t.Context())
	}()
	for {
		var out, errs bytes.Buffer
		if status := remote.Dump([]string{address, "--token", token, "--look", "1ms"}, &out, &errs); status != 0 || errs.Len() != 0 {
			t.Fatal(status, errs.String())
		}
		first, rest, _ := strings.Cut(out.String(), "\n\n")
		if strings.Contains(first, " poll: a poll of ") && strings.Contains(first, "has not returned") && strings.Contains(first, "planted.Spin") && strings.Contains(rest, "reader") {
			return
		}
	}
}

// served serves an answer for each path, and returns the address.
func served(t *testing.T, stream func(w http.ResponseWriter, r *http.Request)) (address string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/stream":
			stream(w, r)
		case "/dump":
			io.WriteString(w, "runtime 1: 7 tasks\n")
		}
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.Listener.Addr().String()
}

// sends sends a frame again and again.
func sends(f *console.Frame) func(w http.ResponseWriter, r *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		text, _ := json.Marshal(f)
		for r.Context().Err() == nil {
			fmt.Fprintf(w, "event: frame\ndata: %s\n\n", text)
			http.NewResponseController(w).Flush()
		}
	}
}

func TestDumpHasTheFindingsFirst(t *testing.T) {
	busy := console.TaskRef{Ref: 9, Name: "#9 busy"}
	frame := func(stack string, runs bool) *console.Frame {
		return &console.Frame{
			Findings: []console.Finding{
				{Level: "fault", Kind: "poll", Runtime: 2, Task: busy, Text: "a poll of #9 busy has not returned\x1b[2J"},
				{Level: "warning", Kind: "full", Runtime: 2, Task: busy, Text: "mpsc #3 is full"},
			},
			Runtimes: []console.Runtime{{ID: 2, Polls: []console.Poll{{Task: busy, Stack: "of one that has returned"}, {Task: busy, Runs: runs, Stack: stack}}}},
		}
	}
	const rest = "warning full: mpsc #3 is full\n\nruntime 1: 7 tasks\n"
	for want, f := range map[string]*console.Frame{
		"fault poll: a poll of #9 busy has not returned\\x1b[2J\n\tgoroutine 7\n\tmain.spin(...)\n" + rest:                          frame("goroutine 7\nmain.spin(...)\n", true),
		"fault poll: a poll of #9 busy has not returned\\x1b[2J\n\tits stack was not taken: the key t of edo top takes it\n" + rest: frame("", true),
		"runtime 1: 7 tasks\n": {},
	} {
		var out, errs bytes.Buffer
		if status := remote.Dump([]string{served(t, sends(f)), "--look", "1ms"}, &out, &errs); status != 0 || out.String() != want {
			t.Errorf("status %d, %s\n%q, want\n%q", status, errs.String(), out.String(), want)
		}
	}
}

func TestDumpWithoutFindingsSaysWhy(t *testing.T) {
	var out, errs bytes.Buffer
	full := func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "console: 16 streams are served", http.StatusServiceUnavailable)
	}
	if status := remote.Dump([]string{served(t, full)}, &out, &errs); status != 0 || !strings.HasPrefix(out.String(), "findings: not known: 503") || !strings.HasSuffix(out.String(), "\n\nruntime 1: 7 tasks\n") {
		t.Error(status, out.String(), errs.String())
	}
	out.Reset()
	page := func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }
	if status := remote.Dump([]string{served(t, page)}, &out, &errs); status != 1 || out.Len() != 0 || !strings.Contains(errs.String(), "use the address of a console") {
		t.Error(status, out.String(), errs.String())
	}
}
