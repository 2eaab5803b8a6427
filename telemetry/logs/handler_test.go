package logs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/telemetry/logs"
	"github.com/edo-go/edo/telemetry/metrics"
)

func TestMain(m *testing.M) { tasktest.Main(m) }

// records is what was logged.
type records struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

// json returns a logger that writes JSON without the time.
func (r *records) json(opts *logs.Options) *slog.Logger {
	return slog.New(logs.NewHandler(slog.NewJSONHandler(r, &slog.HandlerOptions{ReplaceAttr: withoutTime}), opts))
}

func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return slog.Attr{}
	}
	return a
}

// lines returns what was logged, and forgets it.
func (r *records) lines() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := r.buf.String()
	r.buf.Reset()
	return text
}

// A handler must keep to the contract of package slog, within a task and elsewhere.
func TestTheHandlerPassesTheTestsOfSlog(t *testing.T) {
	all := func() error {
		var r records
		h := logs.NewHandler(slog.NewJSONHandler(&r, nil), nil)
		return slogtest.TestHandler(h, func() (all []map[string]any) {
			for line := range strings.Lines(r.lines()) {
				m := map[string]any{}
				if err := json.Unmarshal([]byte(line), &m); err != nil {
					t.Fatal(err)
				}
				all = append(all, m)
			}
			return all
		})
	}
	if err := all(); err != nil {
		t.Errorf("outside of a task: %v", err)
	}
	err := edo.Run(func(task *edo.Task) error { return all() }, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Errorf("within a task: %v", err)
	}
}

func TestARecordHasItsTaskInBothStyles(t *testing.T) {
	var r records
	log := r.json(nil)
	err := edo.Run(func(task *edo.Task) error {
		if err := metrics.NameRuntime(task.Runtime(), "web"); err != nil {
			return err
		}
		_, err := edo.Go(task, func(task *edo.Task) error { log.Info("direct", "n", 1); return nil }, edo.Name("a")).Await(task)
		if err != nil {
			return err
		}
		_, err = edo.Go(task, tasktest.OnACoroutine(func(task *edo.Task) error {
			err := edo.Yield(task)
			log.InfoContext(task.Context(), "later", "n", 2)
			return err
		}), edo.Name("b")).Await(task)
		if err != nil {
			return err
		}
		_, err = edo.Spawn(task, edo.Future[edo.Unit](tasktest.PollFunc[edo.Unit](func(*edo.Context) (edo.Unit, edo.Poll, error) {
			log.Info("poll", "n", 3)
			return edo.Unit{}, edo.Ready, nil
		})), edo.Name("c")).Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("outside", "n", 4)
	want := `{"msg":"direct","n":1,"task":{"name":"a","runtime":"web"}}
{"msg":"later","n":2,"task":{"name":"b","runtime":"web"}}
{"msg":"poll","n":3,"task":{"name":"c","runtime":"web"}}
{"msg":"outside","n":4}
`
	if got := r.lines(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// On a goroutine that is no worker's the context says which task it is: also one that derives from it.
func TestTheContextOfATaskNamesItElsewhere(t *testing.T) {
	var r records
	log := r.json(nil)
	type key struct{}
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			ctx := context.WithValue(task.Context(), key{}, 1)
			if _, err := edo.Call(task, func(called context.Context) (int, error) {
				log.InfoContext(ctx, "derived")
				log.InfoContext(called, "called")
				log.InfoContext(context.Background(), "not known")
				return 0, nil
			}); err != nil {
				return err
			}
			return scope.Run(task, func(*scope.Scope) error {
				_, err := edo.Blocking(task, func(task *edo.Task) (int, error) {
					log.InfoContext(task.Context(), "blocking")
					return 0, nil
				}, edo.Name("blocks")).Await(task)
				return err
			})
		}, edo.Name("a")).Await(task)
		return err
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`"derived","task":{"name":"a"`, `"called","task":{"name":"a"`, `"not known"}`, `"blocking","task":{"name":"blocks"`}
	got := strings.Split(strings.TrimSpace(r.lines()), "\n")
	for i, line := range got {
		if len(got) != len(want) || !strings.Contains(line, want[i]) {
			t.Errorf("%d: %s: want %s", i, line, want[i])
		}
	}
}

// A context goes along with a request, through several tasks: a record tells which of them has logged.
func TestTheTaskThatRunsCountsAndNotThatOfTheContext(t *testing.T) {
	var r records
	log := r.json(nil)
	err := edo.Run(func(task *edo.Task) error {
		ctx := task.Context()
		_, err := edo.Go(task, func(task *edo.Task) error { log.InfoContext(ctx, "x"); return nil }, edo.Name("child")).Await(task)
		return err
	})
	if got := r.lines(); err != nil || !strings.Contains(got, `"task":{"name":"child"`) {
		t.Errorf("%v %s", err, got)
	}
}

func TestWithTraceARecordHasTheNumberAndThePlaceOfTheSpawn(t *testing.T) {
	var r records
	log := r.json(nil)
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error { log.Info("x"); return nil }, edo.Name("a")).Await(task)
		return err
	}, tasktest.Quiet(edo.Config{Trace: true}))
	var got struct {
		Task struct {
			Name, Spawned, Runtime string
			ID                     int
		}
	}
	line := r.lines()
	if err2 := json.Unmarshal([]byte(line), &got); err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if got.Task.Name != "a" || got.Task.ID != 2 || !strings.Contains(got.Task.Spawned, "handler_test.go:") || got.Task.Runtime == "" {
		t.Errorf("%s", line)
	}
}

// A logger's own attributes and groups stay where they would be, and the task is beside them.
func TestGroupsDoNotSwallowTheTask(t *testing.T) {
	var r records
	logged := map[string]func(*slog.Logger){
		`{"msg":"m","x":1,"a":2,"task":{"name":"T"}}`:                   func(l *slog.Logger) { l.With("x", 1).Info("m", "a", 2) },
		`{"msg":"m","x":1,"g":{"y":2,"a":3},"task":{"name":"T"}}`:       func(l *slog.Logger) { l.With("x", 1).WithGroup("g").With("y", 2).Info("m", "a", 3) },
		`{"msg":"m","g":{"h":{"y":2}},"task":{"name":"T"}}`:             func(l *slog.Logger) { l.WithGroup("g").WithGroup("h").With("y", 2).Info("m") },
		`{"msg":"m","task":{"name":"T"}}`:                               func(l *slog.Logger) { l.WithGroup("g").WithGroup("h").Info("m") },
		`{"msg":"m","g":{"x":1,"h":{"y":2,"a":3}},"task":{"name":"T"}}`: func(l *slog.Logger) { l.WithGroup("g").With("x", 1).WithGroup("h").With("y", 2).Info("m", "a", 3) },
		`{"msg":"m","g":{"x":1,"a":{"b":2}},"task":{"name":"T"}}`:       func(l *slog.Logger) { l.WithGroup("g").With("x", 1).Info("m", slog.Group("a", "b", 2)) },
		`{"msg":"m","job":1,"task":{"name":"T"}}`:                       func(l *slog.Logger) { l.With().WithGroup("").Info("m", "job", 1) },
	}
	err := sim.Run(1, func(task *edo.Task) error { // a simulation's runtime has no name
		_, err := edo.Go(task, func(task *edo.Task) error {
			for want, do := range logged {
				if do(r.json(nil)); strings.TrimSpace(r.lines()) != want {
					do(r.json(nil))
					t.Errorf("got  %swant %s", r.lines(), want)
				}
			}
			base := r.json(&logs.Options{Key: "edo"}).WithGroup("g") // two loggers share what they have in common
			a, b := base.With("a", 1), base.With("b", 2)
			a.Info("m")
			b.Info("m")
			if got := r.lines(); got != `{"msg":"m","g":{"a":1},"edo":{"name":"T"}}`+"\n"+`{"msg":"m","g":{"b":2},"edo":{"name":"T"}}`+"\n" {
				t.Errorf("got %s", got)
			}
			return nil
		}, edo.Name("T")).Await(task)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// The place of a record is that of its call, also when it was made anew.
func TestTheSourceOfARecordIsKept(t *testing.T) {
	var r records
	log := slog.New(logs.NewHandler(slog.NewTextHandler(&r, &slog.HandlerOptions{AddSource: true}), nil)).WithGroup("g")
	err := edo.Run(func(task *edo.Task) error { log.Info("m", "a", 1); return nil })
	if got := r.lines(); err != nil || !strings.Contains(got, "handler_test.go:") || !strings.Contains(got, " g.a=1 task.name=") {
		t.Errorf("%v %s", err, got)
	}
}

func TestALevelThatIsOffCostsNothing(t *testing.T) {
	log := slog.New(logs.NewHandler(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelWarn}), nil))
	err := edo.Run(func(task *edo.Task) error {
		ctx := task.Context()
		if n := testing.AllocsPerRun(100, func() { log.InfoContext(ctx, "m"); log.Debug("m") }); n != 0 {
			t.Errorf("%v allocations", n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// BenchmarkRecord is what a record costs: of the handler behind, within a task, and with a group open.
func BenchmarkRecord(b *testing.B) {
	plain := slog.NewJSONHandler(io.Discard, nil)
	for _, c := range []struct {
		name string
		log  *slog.Logger
	}{
		{"plain", slog.New(plain)},
		{"task", slog.New(logs.NewHandler(plain, nil))},
		{"group", slog.New(logs.NewHandler(plain, nil)).WithGroup("g")},
		{"off", slog.New(logs.NewHandler(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError}), nil))},
	} {
		b.Run(c.name, func(b *testing.B) {
			tasktest.RunBench(b, func(task *edo.Task) {
				b.ReportAllocs()
				for b.Loop() {
					c.log.Info("message", "n", 1)
				}
			})
		})
	}
}
