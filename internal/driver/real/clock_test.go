package real_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/sched"
)

func TestClockStartsAtZeroAndAdvances(t *testing.T) {
	b := newHarness(t)
	first := b.Now()
	if first < 0 || first > int64(time.Minute) {
		t.Fatalf("the clock starts at %d", first)
	}
	if second := b.Now(); second < first {
		t.Fatalf("the clock went back from %d to %d", first, second)
	}
	if off := time.Since(b.Time(b.Now())).Abs(); off > time.Minute {
		t.Fatalf("the time is off by %v", off)
	}
}

func TestRandomNumbersDiffer(t *testing.T) {
	b := newHarness(t)
	if x, y, z := b.Rand(), b.Rand(), b.Rand(); x == y && y == z {
		t.Fatalf("got %d three times", x)
	}
	if b.Seeded() {
		t.Fatal("the real driver reports that it has a seed")
	}
}

func TestWaitEndsAtItsDeadline(t *testing.T) {
	b := newHarness(t)
	by(b.worker, func(cx *sched.Context) {
		for _, d := range []time.Duration{3 * time.Millisecond, 0, -time.Second, time.Millisecond} {
			at := b.Now() + int64(d)
			if b.Wait(cx, at) {
				t.Fatal("the real driver reports a stall")
			}
			if now := b.Now(); now < at {
				t.Fatalf("ended %v early", time.Duration(at-now))
			}
		}
	})
}

func TestWakeBeforeWaitEndsItAtOnce(t *testing.T) {
	b := newHarness(t)
	b.Wake()
	b.Wake()
	by(b.worker, func(cx *sched.Context) {
		before := b.Now()
		b.Wait(cx, before+int64(time.Hour))
		// Both wakes were for that one wait: the next one waits.
		at := b.Now() + int64(3*time.Millisecond)
		b.Wait(cx, at)
		if b.Now() < at {
			t.Fatal("a wake that was used up ended another wait")
		}
	})
}

func TestWakeEndsTheWaitUnderWay(t *testing.T) {
	b := newHarness(t)
	for range 200 {
		ended := make(chan struct{})
		go by(edotest.NewTask(), func(cx *sched.Context) {
			b.Wait(cx, sched.Never)
			close(ended)
		})
		b.Wake()
		select {
		case <-ended:
		case <-time.After(patience):
			t.Fatal("a wake was lost")
		}
	}
}

func TestEarlierDeadlineAfterALaterOneIsKept(t *testing.T) {
	b := newHarness(t)
	by(b.worker, func(cx *sched.Context) {
		b.Wake()
		b.Wait(cx, b.Now()+int64(time.Hour))
		at := b.Now() + int64(2*time.Millisecond)
		b.Wait(cx, at)
		if now := b.Now(); now < at || now > at+int64(patience) {
			t.Fatalf("ended %v after its deadline", time.Duration(now-at))
		}
	})
}
