package remote_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cmd/edo/internal/remote"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/report"
)

const token = "a token of sixteen bytes, and more"

// program runs a task that waits, and a console.
func program(t *testing.T) (address string) {
	t.Helper()
	rt, err := edo.New(edo.Config{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	tx, rx := mpsc.New[int](1)
	edo.Go(rt, func(task *edo.Task) error { _, err := rx.Recv(task); return err }, edo.Name("reader"), edo.Owns(rx))
	s, err := console.Listen("", console.WithToken(token))
	if err == nil {
		t.Error("an address without a port")
		s.Close()
	}
	s, err = console.Listen("127.0.0.1:0", console.WithToken(token))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		tx.Close()
		rt.Shutdown(t.Context())
	})
	return s.Addr().String()
}

func TestDumpPrintsWhatTheTasksWaitFor(t *testing.T) {
	address := program(t)
	for _, args := range [][]string{{address, "--token", token, "--look", "1ms"}, {"http://" + address + "/debug/edo/#token=" + token, "--look", "1ms"}} {
		var out, errs bytes.Buffer
		for !strings.Contains(out.String(), "mpsc: receive (empty") { // the task may not have waited yet
			out.Reset()
			if status := remote.Dump(args, &out, &errs); status != 0 || errs.Len() != 0 {
				t.Fatal(status, errs.String())
			}
		}
	}
}

func TestADumpDoesNothingToATerminal(t *testing.T) {
	address := program(t)
	rt, err := edo.New(edo.Config{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	tx, rx := mpsc.New[int](1)
	edo.Go(rt, func(task *edo.Task) error { _, err := rx.Recv(task); return err }, edo.Name("\x1b[2Jhostile"), edo.Owns(rx))
	defer rt.Shutdown(t.Context())
	defer tx.Close()
	var out, errs bytes.Buffer
	for !strings.Contains(out.String(), `\x1b[2Jhostile`) { // the task may not have waited yet
		out.Reset()
		if status := remote.Dump([]string{address, "--token", token, "--look", "1ms"}, &out, &errs); status != 0 || errs.Len() != 0 {
			t.Fatal(status, errs.String())
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Fatalf("%q", out.String())
		}
	}
}

func TestTraceWritesAFileForPerfetto(t *testing.T) {
	address := program(t)
	t.Setenv(remote.TokenVariable, token)
	file := filepath.Join(t.TempDir(), "x.json")
	var out, errs bytes.Buffer
	if status := remote.Trace([]string{address, "-o", file, "--for", "1ms"}, &out, &errs); status != 0 || !strings.Contains(out.String(), file) {
		t.Fatal(status, out.String(), errs.String())
	}
	text, err := os.ReadFile(file)
	var trace struct{ TraceEvents []any }
	if err != nil || json.Unmarshal(text, &trace) != nil || len(trace.TraceEvents) == 0 {
		t.Errorf("%v: the file is %s", err, text)
	}
	out.Reset()
	if status := remote.Trace([]string{address, "-o", "-", "--for", "1ms"}, &out, &errs); status != 0 || !json.Valid(out.Bytes()) {
		t.Error(status, out.String())
	}
}

func TestAStreamHasFramesAndLeadsToTasks(t *testing.T) {
	c, err := remote.New(program(t), token)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	var found console.TaskRef
	began := time.Now()
	err = c.Frames(ctx, func(f *console.Frame) {
		if f.Time.Before(began) {
			return // it is of the test before
		}
		for _, rt := range f.Runtimes {
			for _, g := range rt.Groups {
				if g.Name == "reader" && len(g.Tasks) == 1 && g.State == report.Waiting { // before its first poll it has no waits
					found = g.Tasks[0]
					end()
				}
			}
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	v, err := c.Task(t.Context(), found.Ref)
	if err != nil || v.Name != "reader" || len(v.Info.Waits) != 1 {
		t.Errorf("the task is %+v, %v", v, err)
	}
	if _, err := c.Task(t.Context(), 1<<40); err == nil || !strings.Contains(err.Error(), "no frame has named a task by this number") {
		t.Error(err)
	}
}

func TestAStreamThatEndsOrIsNoneIsAnError(t *testing.T) {
	for body, want := range map[string]string{
		"retry: 1000\n\n":                       remote.ErrEnded.Error(),
		"event: frame\ndata: {\"time\": 7}\n\n": "a frame cannot be read",
		"data: {\n\nevent: other\ndata: {\n\n":  remote.ErrEnded.Error(), // no frames
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
			io.WriteString(w, body)
		}))
		c, err := remote.New(s.Listener.Addr().String(), "")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Frames(t.Context(), func(*console.Frame) { t.Error("a frame") }); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", body, err)
		}
		s.Close()
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	address := program(t)
	for _, c := range []struct {
		run    func([]string) (int, string)
		args   string
		status int
		want   string
	}{
		{dump, "", 2, "use the address of a console"},
		{dump, "ftp://x", 2, "use the address of a console"},
		{dump, address, 1, "this needs the token, as Authorization: Bearer; set EDO_CONSOLE_TOKEN, or use --token"},
		{dump, "https://" + address, 1, "use http:// in the address"},
		{dump, "127.0.0.1:1", 1, "no program listens there"},
		{dump, address + " --token wrong", 1, "401"},
		{dump, address + " more", 2, `"more"`},
		{trace, address + " --for 0s", 2, "use a time such as 5s"},
		{trace, address + " -o /nowhere/x --for 1ms --token " + strings.ReplaceAll(token, " ", "\x00"), 1, "/nowhere/x"},
	} {
		args := strings.Fields(c.args)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "\x00", " ")
		}
		if status, text := c.run(args); status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%q: status %d, %s", c.args, status, text)
		}
	}
}

func dump(args []string) (int, string) {
	var out, errs bytes.Buffer
	return remote.Dump(args, &out, &errs), errs.String()
}

func trace(args []string) (int, string) {
	var out, errs bytes.Buffer
	return remote.Trace(args, &out, &errs), errs.String()
}
