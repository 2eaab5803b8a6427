package sched

import "testing"

// randomDriver gives the same numbers each time.
type randomDriver struct {
	Driver
	next uint64
}

func (d *randomDriver) Rand() uint64 {
	d.next++
	return d.next
}

func TestRandomNumbersAreSeededByTheDriverOncePerContext(t *testing.T) {
	draw := func(cx *Context) (all [8]uint32) {
		for i := range all {
			all[i] = cx.Rand()
		}
		return all
	}
	d := &randomDriver{Driver: newClockDriver()}
	a, b := draw(NewContext(New(Config{Driver: d}), nil)), draw(NewContext(New(Config{Driver: d}), nil))
	if d.next != 2 {
		t.Errorf("the driver was asked %d times, want 2", d.next)
	}
	again := draw(NewContext(New(Config{Driver: &randomDriver{Driver: newClockDriver()}}), nil))
	if a != again || a == b {
		t.Errorf("drew %v, then %v with the same seed, and %v with another", a, again, b)
	}
	// Without a driver, and with a driver that has no random numbers.
	if x, y := draw(NewContext(nil, nil)), draw(NewContext(New(Config{Driver: newClockDriver()}), nil)); x != y {
		t.Errorf("drew %v and %v", x, y)
	}
}

// seededRandomDriver is a random driver of a seeded run.
type seededRandomDriver struct{ randomDriver }

func (*seededRandomDriver) Seeded() bool { return true }

// A goroutine that draws at any time must not change what the worker draws.
func TestOnlyTheWorkerOfASeededRunDrawsFromItsSeed(t *testing.T) {
	d := &seededRandomDriver{randomDriver{Driver: newClockDriver()}}
	rt := New(Config{Driver: d})
	if x, y := NewContext(rt, nil).Rand(), NewContext(nil, nil).Rand(); x != y || d.next != 0 {
		t.Errorf("drew %d, not %d; the driver was asked %d times", x, y, d.next)
	}
	if rt.workers[0].core.cx.Rand(); d.next != 1 {
		t.Errorf("the driver was asked %d times", d.next)
	}
}

func TestRandomNumbersAreSpreadEvenly(t *testing.T) {
	cx := NewContext(nil, nil)
	var hits [7]int
	for range 70_000 {
		hits[uint64(cx.Rand())*7>>32]++
	}
	for i, n := range hits {
		if n < 9_500 || n > 10_500 {
			t.Errorf("%d came %d times of 70000", i, n)
		}
	}
}
