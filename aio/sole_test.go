package aio_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/sim"
)

func TestSecondWaiterOfAnEndGetsABusyErrorAndTheFirstGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		wait func(task *edo.Task, end *aio.Pipe) error
		on   string
		then func(task *edo.Task, other *aio.Pipe) error // ends the wait of the first task
	}{
		"read": {
			func(task *edo.Task, end *aio.Pipe) error { _, err := aio.Read(task, end, make([]byte, 1)); return err },
			"aio: read from a Duplex",
			func(task *edo.Task, other *aio.Pipe) error {
				_, err := aio.WriteAll(task, other, []byte("ab"))
				return err
			},
		},
		"write": {
			func(task *edo.Task, end *aio.Pipe) error {
				_, err := aio.WriteAll(task, end, []byte("abc"))
				return err
			},
			"aio: write to a Duplex of size 2",
			func(task *edo.Task, other *aio.Pipe) error { _, err := aio.ReadAll(task, other, nil); return err },
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := sim.Run(1, func(task *edo.Task) error {
				a, b := aio.Duplex(2)
				first := edo.Go(task, func(task *edo.Task) error {
					defer a.Close()
					return c.wait(task, a)
				}, edo.Name("first"))
				for range 3 {
					edo.Yield(task)
				}
				second := edo.Go(task, func(task *edo.Task) error { return c.wait(task, a) }, edo.Name("second"))
				_, err := second.Await(task)
				var busy *edo.BusyError
				if !errors.As(err, &busy) || busy.On != c.on || busy.First != "first" || busy.Second != "second" || busy.Use == "" {
					t.Errorf("got %v", err)
				}
				err = c.then(task, b)
				_, joined := first.Await(task)
				b.Close()
				return errors.Join(err, joined)
			}, sim.WithConfig(sim.Config{Quiet: true}))
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTwoBranchesThatReadFromOneEndAreAnError(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(2)
		defer b.Close()
		read := func(task *edo.Task) (int, error) { return aio.Read(task, a, make([]byte, 1)) }
		_, err := future.TryJoinTask(task, read, read)
		return err
	})
	if _, ok := errors.AsType[*edo.BusyError](err); !ok {
		t.Errorf("got %v", err)
	}
}

func TestTaskThatReadsAfterAnotherHasEndedIsNotTheSecond(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(2)
		defer b.Close()
		first := edo.Go(task, func(task *edo.Task) error {
			_, err := aio.Read(task, a, make([]byte, 1))
			return err
		})
		for range 3 {
			edo.Yield(task)
		}
		first.Abort()
		first.Await(task)
		second := edo.Go(task, func(task *edo.Task) error {
			_, err := aio.Read(task, a, make([]byte, 1))
			return err
		})
		for range 3 {
			edo.Yield(task)
		}
		if _, err := aio.Write(task, b, []byte("x")); err != nil {
			return err
		}
		_, err := second.Await(task)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWaitForWhatIsThereAlreadySaysSo(t *testing.T) {
	a, b := aio.Duplex(2)
	reader, writer := edotest.NewTask(), edotest.NewTask()
	requireBy := func(waits []edo.Wait, want string) {
		t.Helper()
		if len(waits) != 1 || !reflect.DeepEqual(waits[0].By, []string{want}) {
			t.Errorf("it waits for %v, want by %q", waits, want)
		}
	}
	edotest.RequirePending(t, reader, reading(b))
	requireWritten(t, writer, a, "xy", 2)
	requireBy(edotest.Waits(reader, reading(b)), "nothing: 2 bytes are there")
	edotest.RequirePending(t, writer, writing(a))
	requireRead(t, reader, b, 1, "x")
	requireBy(edotest.Waits(writer, writing(a)), "nothing: there is room for 1 bytes")
	requireRead(t, reader, b, 1, "y")
	edotest.RequirePending(t, reader, reading(b))
	a.Close()
	requireBy(edotest.Waits(reader, reading(b)), "nothing: the other end has ended")
	b.Close()
	requireBy(edotest.Waits(reader, reading(b)), "nothing: this end is closed")
	requireBy(edotest.Waits(writer, writing(a)), "nothing: an end is closed")
}
