package flight_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"runtime/debug"
	rt "runtime/trace"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"golang.org/x/exp/trace"
)

// content is what a trace has of tasks.
type content struct {
	polls   map[string]int    // regions that have begun, by name
	open    []string          // those of them that have not ended
	tasks   map[string]int    // tasks of the tracer, by name
	parents map[string]string // of them, the name of the parent
	ended   map[string]int    // of them, those that have ended
}

// read reads a trace, and requires that it is whole.
func read(t *testing.T, file string) content {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, data)
}

func parse(t *testing.T, data []byte) content {
	t.Helper()
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	type region struct {
		g    trace.GoID
		name string
	}
	c := content{polls: map[string]int{}, tasks: map[string]int{}, parents: map[string]string{}, ended: map[string]int{}}
	open := map[region]int{}
	names := map[trace.TaskID]string{}
	for {
		ev, err := r.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the trace cannot be read: %v", err)
		}
		switch ev.Kind() {
		case trace.EventRegionBegin:
			c.polls[ev.Region().Type]++
			open[region{ev.Goroutine(), ev.Region().Type}]++
		case trace.EventRegionEnd:
			open[region{ev.Goroutine(), ev.Region().Type}]--
		case trace.EventTaskBegin:
			c.tasks[ev.Task().Type]++
			names[ev.Task().ID] = ev.Task().Type
			c.parents[ev.Task().Type] = names[ev.Task().Parent]
		case trace.EventTaskEnd:
			c.ended[ev.Task().Type]++
		}
	}
	for at, n := range open {
		if n != 0 {
			c.open = append(c.open, at.name)
		}
	}
	return c
}

// traced runs main under a trace, with regions, and returns that.
func traced(t *testing.T, config edo.Config, main func(task *edo.Task) error) content {
	t.Helper()
	var data bytes.Buffer
	config.Regions = true
	err := edo.Run(func(task *edo.Task) error {
		if err := rt.Start(&data); err != nil {
			return err
		}
		_, err := edo.Go(task, main, edo.Name("main")).Await(task)
		return err
	}, edo.WithConfig(config))
	rt.Stop()
	if err != nil {
		t.Error(err)
	}
	return parse(t, data.Bytes())
}

func TestATraceHasEachTaskBelowItsParentAndEachPollAsARegion(t *testing.T) {
	c := traced(t, edo.Config{CurrentThread: true}, func(task *edo.Task) error {
		a := edo.Go(task, func(task *edo.Task) error {
			for range 9 {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			return nil
		}, edo.Name("a direct one"))
		b := edo.Spawn[edo.Unit](task, &yields{n: 4}, edo.Name("a future"))
		_, err := a.Await(task)
		if err == nil {
			_, err = b.Await(task)
		}
		return err
	})
	if c.polls["a direct one"] != 10 || c.polls["a future"] != 5 {
		t.Errorf("polls: %v", c.polls)
	}
	if c.parents["a direct one"] != "main" || c.parents["a future"] != "main" || c.tasks["a future"] != 1 {
		t.Errorf("parents: %v, tasks: %v", c.parents, c.tasks)
	}
	if c.ended["a direct one"] != 1 || c.ended["a future"] != 1 {
		t.Errorf("ended: %v", c.ended)
	}
}

// yields is a future that yields some times.
type yields struct{ n int }

func (f *yields) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.n == 0 {
		return edo.Unit{}, edo.Ready, nil
	}
	f.n--
	cx.Yield()
	return edo.Unit{}, edo.Pending, nil
}

// isFrame reports whether the function that calls it is the frame of a compiled one.
func isFrame() bool { return bytes.Contains(debug.Stack(), []byte("_edoFrame")) }

// A region must end on the goroutine on which it has begun, inside of the regions there that
// have begun before: otherwise no tool reads the trace.
func TestRegionsOfPollsAndOfTheProgramLieInEachOther(t *testing.T) {
	const tasks = 40
	for _, workers := range []int{1, 4} {
		c := traced(t, edo.Config{Workers: workers, OnError: quiet}, func(task *edo.Task) error {
			var all []*edo.JoinHandle[edo.Unit]
			for i := range tasks {
				all = append(all, edo.Go(task, func(task *edo.Task) error {
					for range i % 5 {
						// It lasts over a wait, unless the function is compiled, and so has no goroutine of its own.
						region := rt.StartRegion(task.Context(), "of the program")
						if isFrame() {
							region.End()
						}
						err := edo.Yield(task)
						if !isFrame() {
							region.End()
						}
						if err != nil {
							return err
						}
					}
					if i%10 == 9 {
						panic("planted")
					}
					return nil
				}, edo.Name("direct")))
				all = append(all, edo.Spawn[edo.Unit](task, &yields{n: i % 5}, edo.Name("future")))
			}
			for _, h := range all {
				h.Await(task)
			}
			return nil
		})
		if want := tasks / 5 * (0 + 1 + 2 + 3 + 4); c.polls["of the program"] != want {
			t.Errorf("%d workers: %d regions of the program, want %d", workers, c.polls["of the program"], want)
		}
		if c.tasks["direct"] != tasks || c.ended["direct"] != tasks || c.ended["future"] != tasks {
			t.Errorf("%d workers: tasks %v, ended %v", workers, c.tasks, c.ended)
		}
		if want := tasks/5*(0+1+2+3+4) + tasks; c.polls["future"] != want {
			t.Errorf("%d workers: %d polls of futures, want %d", workers, c.polls["future"], want)
		}
		if len(c.open) != 0 {
			t.Errorf("%d workers: regions that have not ended: %q", workers, c.open)
		}
		if names := slices.Sorted(maps.Keys(c.polls)); len(names) > 6 {
			t.Errorf("%d workers: regions %q", workers, names)
		}
	}
}
