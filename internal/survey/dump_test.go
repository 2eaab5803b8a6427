package survey_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/report"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestDumpShowsTheTreeOfParentsAndChildren(t *testing.T) {
	g := &tasktest.Gate{Name: "shared"}
	other := &tasktest.Gate{Name: "other"}
	s := snapshotOf(t, edo.Config{Trace: true}, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			edo.Spawn(task, other, edo.Name("grandchild"))
			_, err := edo.Await(task, g)
			return err
		}, edo.Name("child"))
		edo.Go(task, func(task *edo.Task) error {
			edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) }, edo.Name("orphan"))
			return nil
		}, edo.Name("short"))
		_, err := h.Await(task)
		return err
	}, func() { g.Open(); other.Open() })
	got := strings.ReplaceAll(s.String(), "github.com/edo-go/", "")
	got = regexp.MustCompile(`_test.go:\d+`).ReplaceAllString(got, "_test.go:N")
	want := `#1 edo/internal/survey_test.snapshotOf.func1
  waits for edo: the end of a task, from #2 child
    #2 child, spawned at dump_test.go:N
      waits for gate: shared, from the task that opens it
        #5 grandchild, spawned at dump_test.go:N
          waits for gate: other, from the task that opens it
#4 orphan, spawned at dump_test.go:N by #3, which has ended
  waits for timer: sleep, until 2000-01-01 00:01:00.000
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDumpJSONIsTheSnapshots(t *testing.T) {
	g := &tasktest.Gate{Name: "shared"}
	var out bytes.Buffer
	s := sim.New(sim.Config{Seed: 1, Runtime: edo.Config{Trace: true}})
	var rt *edo.Runtime
	s.Start(func(task *edo.Task) error {
		rt = task.Runtime()
		_, err := edo.Await(task, g)
		return err
	})
	s.RunUntilIdle()
	if err := edo.DumpJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got []report.Snapshot
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if want := []report.Snapshot{rt.Snapshot()}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	out.Reset()
	if err := edo.Dump(&out); err != nil || out.String() != rt.Snapshot().String() {
		t.Errorf("%v:\n%s", err, out.String())
	}
	broken := errors.New("disk full")
	if err := edo.Dump(writerFunc(func([]byte) (int, error) { return 0, broken })); err != broken {
		t.Errorf("got %v", err)
	}
	g.Open()
	if err := s.Wait(); err != nil {
		t.Fatal(err)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestDumpGroupsTasksThatDoTheSame(t *testing.T) {
	g := make([]tasktest.Gate, 1000)
	s := snapshotOf(t, edo.Config{}, func(task *edo.Task) error {
		for i := range g {
			g[i].Name = "one of many"
			edo.Spawn(task, &g[i])
		}
		return nil
	}, func() {
		for i := range g {
			g[i].Open()
		}
	})
	want := "1000 × *tasktest.Gate: gate: one of many, from the task that opens it\n"
	if got := s.String(); got != want {
		t.Errorf("got %s", got)
	}
}

func TestTextOfADeepTreeIsShort(t *testing.T) {
	s := report.Snapshot{}
	for i := range uint64(20_000) {
		s.Tasks = append(s.Tasks, report.Task{ID: i + 1, Parent: i, Name: "task", State: "waiting"})
	}
	for _, text := range []string{s.String(), (&edo.StallError{Snapshot: s}).Error()} {
		if len(text) > 20_000 || !strings.Contains(text, "#50 task") || !strings.Contains(text, fmt.Sprintf("and %d more", 20_000-50)) {
			t.Errorf("%d bytes", len(text))
		}
	}
}

func TestDumpWhileEverythingRunsDisturbsNothing(t *testing.T) {
	for _, c := range tasktest.Kinds {
		t.Run(c.Name, func(t *testing.T) {
			messages := 300
			if c.Config.CurrentThread {
				messages = 50 // the worker stands still during each dump
			}
			stop := make(chan struct{})
			var dumps sync.WaitGroup
			err := edo.Run(func(task *edo.Task) error {
				rt := task.Runtime()
				for range 2 {
					dumps.Go(func() {
						for {
							select {
							case <-stop:
								return
							default:
								io.WriteString(io.Discard, rt.Snapshot().String())
							}
						}
					})
				}
				defer close(stop)
				var all []*edo.JoinHandle[edo.Unit]
				for range 8 {
					tx, rx := mpsc.New[int](1)
					back, answers := mpsc.New[int](1)
					all = append(all, edo.Go(task, func(task *edo.Task) error {
						defer back.Close()
						for want := 0; ; want++ {
							v, err := rx.Recv(task)
							if errors.Is(err, edo.ErrClosed) && want == messages {
								return nil
							}
							if err != nil || v != want {
								return fmt.Errorf("received %d, %v, want %d", v, err, want)
							}
							if err := back.Send(task, v); err != nil {
								return err
							}
						}
					}))
					all = append(all, edo.Go(task, func(task *edo.Task) error {
						defer tx.Close()
						for i := range messages {
							if err := tx.Send(task, i); err != nil {
								return err
							}
							if v, ok, err := edo.Next(task, answers); v != i || !ok || err != nil {
								return fmt.Errorf("answer %d, %v, %v, want %d", v, ok, err, i)
							}
							if i%100 == 0 {
								one, other := oneshot.New[int]()
								edo.Blocking(task, func(*edo.Task) (int, error) { return 0, one.Send(i) })
								if v, err := other.Recv(task); v != i || err != nil {
									return fmt.Errorf("oneshot: %v, %v", v, err)
								}
							}
						}
						return nil
					}))
				}
				for _, h := range all {
					if _, err := h.Await(task); err != nil {
						return err
					}
				}
				return nil
			}, tasktest.Quiet(c.Config))
			dumps.Wait()
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
