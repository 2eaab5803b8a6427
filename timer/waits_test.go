package timer_test

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/timer"
)

func TestTimersSayUntilWhenTheyAreWaitedFor(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		begin := timer.Now(task)
		sleep := timer.SleepFuture(time.Hour)
		forever := timer.SleepFuture(math.MaxInt64)
		ticks := timer.NewInterval(time.Minute)
		for _, c := range []struct {
			name string
			poll func(cx *edo.Context) edo.Poll
			drop func()
			want edo.Wait
		}{
			{"a sleep", func(cx *edo.Context) edo.Poll { _, p, _ := sleep.Poll(cx); return p },
				sleep.Drop, edo.Wait{On: "timer: sleep", Until: begin.Add(time.Hour)}},
			{"a sleep without end", func(cx *edo.Context) edo.Poll { _, p, _ := forever.Poll(cx); return p },
				forever.Drop, edo.Wait{On: "timer: sleep"}},
			{"an interval", func(cx *edo.Context) edo.Poll { _, p, _ := ticks.PollNext(cx); return p },
				ticks.Drop, edo.Wait{On: "timer: tick", Until: begin.Add(time.Minute)}},
		} {
			waits, err := edotest.WaitsIn(task, c.poll)
			if want := []edo.Wait{c.want}; !reflect.DeepEqual(waits, want) {
				t.Errorf("%s: waits for %v, %v, want %v", c.name, waits, err, want)
			}
			c.drop()
		}
		return nil
	})
}

func TestTimerThatWasNotPolledSaysNoTime(t *testing.T) {
	task := edotest.NewTask()
	for on, waits := range map[string][]edo.Wait{
		"timer: sleep": edotest.Waits(task, timer.SleepFuture(time.Hour)),
		"timer: tick":  edotest.WaitsNext(task, timer.NewInterval(time.Hour)),
	} {
		if want := []edo.Wait{{On: on}}; !reflect.DeepEqual(waits, want) {
			t.Errorf("waits for %v, want %v", waits, want)
		}
	}
}

// An inspection neither arms a timer nor makes it forget when it fires.
func TestInspectionLeavesTheTimerArmed(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		sleep := timer.SleepFuture(time.Hour)
		_, err := edotest.WaitsIn(task, func(cx *edo.Context) edo.Poll { _, p, _ := sleep.Poll(cx); return p })
		if err != nil {
			return err
		}
		if err := timer.Sleep(task, time.Minute); err != nil {
			return err
		}
		if _, err = edo.Await(task, edo.Future[edo.Unit](sleep)); now() != time.Hour {
			return errors.Join(err, errors.New("it came at another time"))
		}
		return err
	})
}
