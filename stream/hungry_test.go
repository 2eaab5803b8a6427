package stream_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

func TestASourceThatUsesUpTheBudgetDoesNotStarveTheOtherOfAMerge(t *testing.T) {
	polls := 0
	hungry := stream.PollFn(func(cx *edo.Context) (v int, _ edo.Poll, _ error) {
		if polls++; polls > 10 {
			t.Error("the other source is starved")
			return v, edo.End, nil
		}
		for cx.Proceed(nil) {
		}
		return v, edo.Pending, nil
	})
	err := sim.Run(1, func(task *edo.Task) error {
		v, _, err := edo.Next(task, hungry.Merge(stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
			if !cx.Proceed(nil) {
				return 0, edo.Pending, nil
			}
			return 7, edo.Ready, nil
		})))
		if v != 7 {
			t.Errorf("got %d", v)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
