package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/remote"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
	"github.com/edo-go/edo/report"
)

// partVariable says what a process of this file is: the program itself, or one with faults for it to find.
const partVariable = "EDO_TOP_TEST"

func TestMain(m *testing.M) {
	switch os.Getenv(partVariable) {
	case "top":
		main()
	case "faulty":
		if err := faulty(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	default:
		os.Exit(m.Run())
	}
}

// faulty is a program with a deadlock, a channel that fills and a task that does not yield. It prints the address of its
// console, and ends with its standard input.
func faulty() error {
	rt, err := edo.New(edo.Config{Workers: 2, Trace: true, OnError: func(error) {}})
	if err != nil {
		return err
	}
	for range 500 {
		edo.Spawn(rt, planted.Never{}, edo.Name("idle"))
	}
	planted.Deadlock(rt)
	planted.FullChannel(rt, 16)
	edo.Go(rt, func(*edo.Task) error { planted.Spin(new(atomic.Bool)); return nil }, edo.Name("busy"))
	s, err := console.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(s.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// frames serves these frames, one after the other, and then none until its reader goes.
func frames(t *testing.T, all ...*console.Frame) (address string) {
	t.Helper()
	return serveFrames(t, all...).Listener.Addr().String()
}

// serveFrames returns the server of frames.
func serveFrames(t *testing.T, all ...*console.Frame) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/stream" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "retry: 1000\n\n")
		for _, f := range all {
			text, err := json.Marshal(f)
			if err != nil {
				t.Error(err)
			}
			fmt.Fprintf(w, "id: %d\nevent: frame\ndata: %s\n\n", f.Number, text)
			http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// frameAt is a frame with as many tasks as seconds have passed.
func frameAt(second int) *console.Frame {
	name := fmt.Sprint("\x1b[2Jtask of second ", second)
	return &console.Frame{
		Time: time.Date(2026, 11, 30, 12, 0, second, 0, time.UTC), Number: uint64(second), Program: console.Program{Name: "prog", PID: 7, Go: "go1.26"},
		Runtimes: []console.Runtime{{ID: 1, Round: console.Round{Whole: true, Asked: second}, Groups: []console.Group{
			{Group: report.Group{Key: "k", Count: second, Name: name, State: "waiting", Waits: []string{"mpsc: receive"}}},
		}}},
		Findings: []console.Finding{{Level: "fault", Kind: "cycle", Text: "2 tasks wait for each other", Runtime: 1}},
	}
}

// call runs the program in this process, whose output is no terminal.
func call(args ...string) (out, errs string, status int) {
	var o, e strings.Builder
	status = run(args, &o, &e)
	return o.String(), e.String(), status
}

func TestWithoutATerminalOneTableIsPrinted(t *testing.T) {
	address := frames(t, frameAt(1), frameAt(2), frameAt(3), frameAt(4))
	for _, args := range [][]string{{address}, {address, "--once"}} {
		out, errs, status := call(args...)
		if status != command.OK || errs != "" {
			t.Fatalf("status %d\n%s%s", status, out, errs)
		}
		for _, want := range []string{"prog, process 7, go1.26", "FAULT cycle     2 tasks wait for each other", "TASKS  NAME", `\x1b[2Jtask of second 3`, "mpsc: receive"} {
			if !strings.Contains(out, want) {
				t.Errorf("%q is missing in\n%s", want, out)
			}
		}
		if strings.ContainsAny(out, "\x1b\r") || strings.Index(out, "FAULT") > strings.Index(out, "TASKS") {
			t.Errorf("the table is %q", out)
		}
	}
}

func TestWhatIsWrongIsSaidWithWhatHelps(t *testing.T) {
	const token = "a token of sixteen bytes"
	guarded, err := console.Listen("127.0.0.1:0", console.WithToken(token))
	if err != nil {
		t.Fatal(err)
	}
	defer guarded.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer page.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		args   []string
		status int
		want   []string
	}{
		{nil, command.Misuse, []string{"use the address of a console, such as 127.0.0.1:6070", "edo top --help tells more"}},
		{[]string{"127.0.0.1:6070", "--twice"}, command.Misuse, []string{"-twice"}},
		{[]string{guarded.Addr().String()}, command.Failed, []string{"401", "needs the token", "EDO_CONSOLE_TOKEN", "--token"}},
		{[]string{guarded.Addr().String(), "--token", "another"}, command.Failed, []string{"401", "not that of this console"}},
		{[]string{other.Listener.Addr().String()}, command.Failed, []string{"404", "no console answers", "/debug/edo/"}},
		{[]string{page.Listener.Addr().String()}, command.Failed, []string{"use the address of a console", "is none"}},
		{[]string{gone.Listener.Addr().String()}, command.Failed, []string{"connection refused", "no program listens there"}},
	} {
		out, errs, status := call(c.args...)
		if status != c.status || out != "" || !strings.HasPrefix(errs, "edo top: ") {
			t.Errorf("%q: status %d\n%s%s", c.args, status, out, errs)
		}
		for _, want := range c.want {
			if !strings.Contains(errs, want) {
				t.Errorf("%q: %q is missing in %s", c.args, want, errs)
			}
		}
	}
	if out, errs, status := call("--help"); status != command.OK || errs != "" || !strings.HasPrefix(out, "usage: edo top ADDR [flags]") || !strings.Contains(out, "--once") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}

func TestALostConnectionIsMadeAnew(t *testing.T) {
	var isDown atomic.Bool
	inner := serveFrames(t, frameAt(1))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isDown.Load() {
			panic(http.ErrAbortHandler) // the connection ends without an answer
		}
		http.Redirect(w, r, inner.URL+"/stream", http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	client, err := remote.New(s.Listener.Addr().String(), "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	told := make(chan any)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		follow(ctx, client, pauses{time.Microsecond, time.Millisecond, time.Hour}, func(msg any) { told <- msg })
	}()
	for _, isFrame := (<-told).(frameCame); !isFrame; _, isFrame = (<-told).(frameCame) {
	}
	isDown.Store(true)
	inner.CloseClientConnections()
	for range 3 { // it tries again and again
		for _, isLost := (<-told).(connectionLost); !isLost; _, isLost = (<-told).(connectionLost) {
		}
	}
	isDown.Store(false)
	for _, isFrame := (<-told).(frameCame); !isFrame; _, isFrame = (<-told).(frameCame) {
	}
	end()
	for {
		select {
		case <-told:
			continue
		case <-ended:
		}
		break
	}
}

func TestAConnectionWithoutFramesIsCutAndMadeAnew(t *testing.T) {
	client, err := remote.New(frames(t, frameAt(1)), "") // one frame, and then none
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	told, ended := make(chan any), make(chan struct{})
	go func() {
		defer close(ended)
		follow(ctx, client, pauses{time.Microsecond, time.Microsecond, 20 * time.Millisecond}, func(msg any) {
			select {
			case told <- msg:
			case <-ctx.Done():
			}
		})
	}()
	for range 2 {
		for _, isFrame := (<-told).(frameCame); !isFrame; _, isFrame = (<-told).(frameCame) {
		}
		if lost, ok := (<-told).(connectionLost); !ok || !strings.Contains(lost.err.Error(), "no frame has come for 20ms") {
			t.Errorf("after a frame: %v", lost.err)
		}
	}
	end()
	<-ended
}
