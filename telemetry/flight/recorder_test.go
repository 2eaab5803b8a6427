package flight_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/telemetry/flight"
)

// wrote is a file that a recorder has written, and why.
type wrote struct {
	file  string
	cause error
}

// start starts a recorder that writes to a folder of the test, and returns what it writes.
func start(t *testing.T, c flight.Config) (*flight.Recorder, <-chan wrote) {
	t.Helper()
	files := make(chan wrote, 100)
	if c.Dir == "" {
		c.Dir = filepath.Join(t.TempDir(), "made", "by it")
	}
	c.OnWrite = func(file string, cause error) { files <- wrote{file, cause} }
	if c.OnError == nil {
		c.OnError = func(err error) { t.Error(err) }
	}
	r, err := flight.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r, files
}

// quiet ignores the errors of a program.
func quiet(error) {}

// notSlow has slow polls be no reason for a file: on a busy machine any poll may be one.
var notSlow = flight.Config{SlowPoll: -1}

func TestAPanicHasTheWindowWrittenWithThePollOfItsTask(t *testing.T) {
	r, files := start(t, notSlow)
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.Go(task, func(task *edo.Task) error {
			if err := edo.Yield(task); err != nil {
				return err
			}
			panic("a planted fault")
		}, edo.Name("the one that panics")).Await(task)
		return err
	}, edo.WithConfig(r.Watch(edo.Config{OnError: quiet})))
	if err == nil {
		t.Fatal("there was no panic")
	}
	w := <-files
	var panicked *edo.PanicError
	if !errors.As(w.cause, &panicked) || panicked.Value != "a planted fault" || !strings.HasSuffix(w.file, "-panic.trace") {
		t.Errorf("written: %s, because of %v", w.file, w.cause)
	}
	if polls := read(t, w.file).polls["the one that panics"]; polls < 2 {
		t.Errorf("the trace has %d polls of the task", polls)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(w.file), "*")); len(left) != 1 {
		t.Errorf("the folder has %q", left)
	}
}

func TestAStallHasTheWindowWritten(t *testing.T) {
	r, files := start(t, notSlow)
	rt, err := edo.New(r.Watch(edo.Config{StallAfter: time.Millisecond, OnError: quiet}))
	if err != nil {
		t.Fatal(err)
	}
	tx, rx := oneshot.New[int]()
	edo.Go(rt, func(task *edo.Task) error {
		_, err := rx.Recv(task)
		return err
	}, edo.Name("the one that waits"))
	ended := make(chan error)
	go func() { ended <- rt.Wait() }()
	w := <-files
	var stalled *edo.StallError
	if !errors.As(w.cause, &stalled) || len(stalled.Snapshot.Tasks) != 1 || !strings.HasSuffix(w.file, "-stall.trace") {
		t.Errorf("written: %s, because of %v", w.file, w.cause)
	}
	if got := read(t, w.file); got.polls["the one that waits"] == 0 || got.tasks["the one that waits"] != 1 {
		t.Errorf("the trace has %v", got)
	}
	tx.Send(1)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestASlowPollHasTheWindowWrittenWhileItGoesOn(t *testing.T) {
	r, files := start(t, flight.Config{SlowPoll: 20 * time.Millisecond})
	err := edo.Run(func(task *edo.Task) error {
		if err := edo.Yield(task); err != nil {
			return err
		}
		w := <-files // which holds up the worker
		var slow *edo.SlowPollError
		if !errors.As(w.cause, &slow) || !strings.HasSuffix(w.file, "-slow.trace") {
			t.Errorf("written: %s, because of %v", w.file, w.cause)
		}
		if open := read(t, w.file).open; !slices.Contains(open, task.Name()) {
			t.Errorf("in the trace the polls that go on are %q", open)
		}
		return nil
	}, edo.WithConfig(r.Watch(edo.Config{OnError: quiet})))
	if err != nil {
		t.Error(err)
	}
}

func TestWhatTheProgramHasInItsConfigIsCalledAsBefore(t *testing.T) {
	r, files := start(t, flight.Config{})
	var told, panics []string
	config := r.Watch(edo.Config{
		SlowPoll: time.Hour,
		OnError:  func(err error) { told = append(told, strings.SplitN(err.Error(), "\n", 2)[0]) },
		OnPanic:  func(err *edo.PanicError) bool { panics = append(panics, fmt.Sprint(err.Value)); return true },
	})
	if config.SlowPoll != time.Hour {
		t.Errorf("SlowPoll is %v", config.SlowPoll)
	}
	edo.Run(func(task *edo.Task) error {
		edo.Go(task, func(*edo.Task) error { panic("one") })
		return task.Cancelled()
	}, edo.WithConfig(config))
	<-files
	if !slices.Equal(panics, []string{"one"}) || len(told) != 1 || !strings.Contains(told[0], "panicked: one") {
		t.Errorf("panics: %q, errors: %q", panics, told)
	}
}

func TestTheFlightRecorderOfTheProgramIsTaken(t *testing.T) {
	its := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	if err := its.Start(); err != nil {
		t.Fatal(err)
	}
	defer its.Stop()
	r, _ := start(t, flight.Config{Recorder: its})
	file, err := r.Write("asked")
	if err != nil {
		t.Fatal(err)
	}
	read(t, file)
	r.Close()
	if !its.Enabled() {
		t.Error("the program's recorder was stopped")
	}
	if _, err := r.Write("late"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestAnotherFlightRecorderIsToldOfAndIsNotFatal(t *testing.T) {
	its := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	if err := its.Start(); err != nil {
		t.Fatal(err)
	}
	var told []error
	r, _ := start(t, flight.Config{OnError: func(err error) { told = append(told, err) }})
	if len(told) != 1 || !strings.Contains(told[0].Error(), "Config.Recorder") {
		t.Errorf("told: %v", told)
	}
	if _, err := r.Write("early"); err == nil {
		t.Error("a window was written that is not there")
	}
	its.Stop()
	file, err := r.Write("later") // it tries again
	if err != nil {
		t.Fatal(err)
	}
	read(t, file)
}

func TestAMistakeInTheConfigIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []flight.Config{
		{},
		{Dir: t.TempDir(), Window: -1},
		{Dir: t.TempDir(), Pause: -1},
		{Dir: filepath.Join(file, "below")},
	} {
		if r, err := flight.Start(c); err == nil {
			r.Close()
			t.Errorf("%+v was taken", c)
		}
	}
	r, _ := start(t, flight.Config{})
	for _, kind := range []string{"", "../up", "a b", strings.Repeat("a", 65)} {
		if _, err := r.Write(kind); err == nil {
			t.Errorf("the kind %q was taken", kind)
		}
	}
}
