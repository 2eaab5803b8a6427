package logs_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/telemetry/logs"
)

// text returns v as a text handler writes it.
func text(v any) string {
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key != "v" {
			return slog.Attr{}
		}
		return a
	}})).Info("", "v", logs.Of(v))
	return strings.TrimSpace(b.String())
}

func TestNilIsTheValueNil(t *testing.T) {
	for _, v := range []any{
		nil, (*edo.Task)(nil), (*edo.JoinHandle[int])(nil), (*edo.Runtime)(nil), (*report.Snapshot)(nil), (*report.Task)(nil),
		(*report.Metrics)(nil), (*edo.StallError)(nil), (*edo.ShutdownError)(nil), (*edo.PanicError)(nil), (*int)(nil),
	} {
		if got := text(v); got != "v=<nil>" {
			t.Errorf("%T: %s", v, got)
		}
	}
	if got := text(edo.AbortHandle{}); !strings.Contains(got, "v.finished=true") {
		t.Error(got)
	}
}

func TestTasksHandlesAndReportsAreAttributes(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			if got := text(task); got != "v.name=\"the child\"" {
				t.Error(got)
			}
			return nil
		}, edo.Name("the child"))
		if got := text(h) + text(h.AbortHandle()); got != `v.name="the child" v.finished=falsev.name="the child" v.finished=false` {
			t.Error(got)
		}
		_, err := h.Await(task)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	one := report.Task{ID: 7, Name: "a", State: "waiting", Spawned: "x.go:3", Waits: []report.Wait{{On: "mpsc: receive"}}}
	s := report.Snapshot{Tasks: []report.Task{one, {Name: "b", State: "running"}}}
	m := report.Metrics{Workers: 2, Polls: 9}
	for v, want := range map[any]string{
		&one: `v.name=a v.state=waiting v.id=7 v.spawned=x.go:3 v.waits="[mpsc: receive]"`,
		&m:   "v.workers=2 v.polls=9", m: "v.workers=2 v.polls=9",
		&edo.StallError{Snapshot: s, Island: true}:                       "v.island=true v.tasks=2 v.cycles=0 v.text=",
		&edo.ShutdownError{Cause: errors.New("late"), Snapshot: s}:       "v.cause=late v.tasks=2 v.cycles=0 v.text=",
		&edo.PanicError{Value: "x", Task: "t", Stack: []byte("main.go")}: "v.task=t v.value=x v.stack=main.go",
		&s: "v.tasks=2 v.cycles=0 v.text=", 7: "v=7", "other": "v=other", time.Second: "v=1s",
	} {
		if got := text(v); !strings.HasPrefix(got, want) {
			t.Errorf("%T: %s: want %s", v, got, want)
		}
	}
	if text(one) != text(&one) || text(s) != text(&s) {
		t.Error("a value and a pointer to it differ")
	}
}

// The error of a stall is logged with what waits: in one record, of bounded size.
func TestAStallIsLoggedWithItsTasks(t *testing.T) {
	told := make(chan error, 1)
	rt, err := edo.New(edo.Config{Workers: 1, StallAfter: time.Millisecond, OnError: func(err error) {
		select {
		case told <- err:
		default:
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	a, b := &lock.Mutex{}, &lock.Mutex{}
	meet := make([]tasktest.Gate, 2)
	cross := func(first, second *lock.Mutex, mine, other *tasktest.Gate) {
		edo.Go(rt, func(task *edo.Task) error {
			if err := first.Lock(task); err != nil {
				return err
			}
			mine.Open()
			if _, err := edo.Await(task, other); err != nil {
				return err
			}
			return second.Lock(task)
		}, edo.Name("philosopher"))
	}
	cross(a, b, &meet[0], &meet[1])
	cross(b, a, &meet[1], &meet[0])
	wait := make(chan error)
	go func() { wait <- rt.Wait() }()
	if got := text(<-told); !strings.Contains(got, "v.tasks=2 v.cycles=1") || !strings.Contains(got, "philosopher") {
		t.Error(got)
	}
	rt.Shutdown(t.Context())
	<-wait
}
