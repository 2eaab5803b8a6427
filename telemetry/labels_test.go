package telemetry_test

import (
	"bytes"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/google/pprof/profile"
)

// labelKey is the label of [edo.Config.Labels].
const labelKey = "edo.task"

var burnt atomic.Uint64

// burn computes for some tenths of a millisecond.
func burn() {
	n := uint64(1)
	for i := range uint64(200_000) {
		n = n*31 + i
	}
	burnt.Store(n)
}

// Each kind of task burns in a function of its own, which samples of the profile name.

//go:noinline
func burnInMain() { burn() }

//go:noinline
func burnDirectly() { burn() }

//go:noinline
func burnInAFuture() { burn() }

//go:noinline
func burnInABlockingTask() { burn() }

// burning is a future that burns until it is told to stop.
type burning struct{ stop *atomic.Bool }

func (f *burning) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	burnInAFuture()
	if f.stop.Load() {
		return edo.Unit{}, edo.Ready, nil
	}
	cx.Yield()
	return edo.Unit{}, edo.Pending, nil
}

// burnDirect is burning in direct style.
func burnDirect(task *edo.Task, stop *atomic.Bool) error {
	for !stop.Load() {
		burnDirectly()
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	return nil
}

// burner returns the function of this file in which a sample was taken, or "".
func burner(s *profile.Sample) string {
	for _, l := range s.Location {
		for _, line := range l.Line {
			if _, name, ok := strings.Cut(line.Function.Name, "telemetry_test.burn"); ok {
				if fn := "burn" + name; fn != "burn" {
					return fn
				}
			}
		}
	}
	return ""
}

func TestEachSampleOfAProfileHasTheTaskThatHasTakenTheTime(t *testing.T) {
	var data bytes.Buffer
	if err := pprof.StartCPUProfile(&data); err != nil {
		t.Skip("another profile is taken: ", err) // by -cpuprofile
	}
	const rounds = 500 // some hundred milliseconds of the processor for each task
	var stop atomic.Bool
	err := edo.Run(func(task *edo.Task) error {
		edo.Spawn[edo.Unit](task, &burning{&stop}, edo.Name("a future"))
		edo.Go(task, func(task *edo.Task) error { return burnDirect(task, &stop) }, edo.Name("a function"))
		_, err := edo.Go(task, func(task *edo.Task) error {
			for range rounds {
				burnInMain()
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			stop.Store(true)
			return nil
		}, edo.Name("main")).Await(task)
		if err != nil {
			return err
		}
		_, err = edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
			for range rounds {
				burnInABlockingTask()
			}
			return edo.Unit{}, nil
		}, edo.Name("a blocking one")).Await(task)
		return err
	}, edo.WithConfig(edo.Config{Labels: true, CurrentThread: true}))
	pprof.StopCPUProfile()
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(&data)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"burnInMain": "main", "burnDirectly": "a function", "burnInAFuture": "a future", "burnInABlockingTask": "a blocking one"}
	samples := map[string]int{}
	for _, s := range p.Sample {
		fn := burner(s)
		if want[fn] == "" {
			continue
		}
		samples[fn]++
		if got := s.Label[labelKey]; len(got) != 1 || got[0] != want[fn] {
			t.Errorf("a sample in %s has the labels %v, want %q", fn, s.Label, want[fn])
		}
	}
	for fn := range want {
		if samples[fn] == 0 {
			t.Errorf("there is no sample in %s", fn)
		}
	}
}
