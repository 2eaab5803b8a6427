package lost

import (
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/origin"
)

// thingToFind is large enough not to share its memory with other things.
type thingToFind struct {
	next *int
	_    [48]byte
}

//go:noinline
func forget(n int, cleanup func(int)) {
	for i := range n {
		runtime.AddCleanup(&thingToFind{next: new(int)}, cleanup, i)
	}
}

func TestCollectReturnsWhenEveryCleanUpHasRun(t *testing.T) {
	defer func(d time.Duration) { patience = d }(patience)
	patience = time.Minute // the thread that calls them may stand still
	for range 5 {
		var mine, others atomic.Int64
		forget(300, func(int) { mine.Add(1) })
		forget(500, func(int) { // another package's, slow, and queued later: Go runs the newest block first
			for end := time.Now().Add(50 * time.Microsecond); time.Now().Before(end); {
			}
			others.Add(1)
		})
		if !Collect() {
			t.Fatal("it is not known whether all was found")
		}
		if mine.Load() < 299 || others.Load() < 499 { // the last of each may still be in a register
			t.Fatalf("found %d of 300, and %d of 500", mine.Load(), others.Load())
		}
	}
}

// chain forgets a thing, whose clean-up function forgets the next one.
//
//go:noinline
func chain(n int, reported *atomic.Int64) {
	runtime.AddCleanup(&thingToFind{next: new(int)}, func(n int) {
		Found(NewMark(), func() error { reported.Add(1); return nil })
		if n > 1 {
			chain(n-1, reported)
		}
	}, n)
}

func TestCollectFindsThingsThatFoundThingsReferredTo(t *testing.T) {
	var reported atomic.Int64
	chain(5, &reported)
	clear(make([]byte, 1000))
	if !Collect() || reported.Load() != 5 {
		t.Errorf("found %d of a chain of 5", reported.Load())
	}
}

//go:noinline
func stuck(release chan struct{}) {
	runtime.AddCleanup(&thingToFind{next: new(int)}, func(int) { <-release }, 0)
}

func TestCollectReturnsFalseWhenACleanUpFunctionDoesNotReturn(t *testing.T) {
	defer func(d time.Duration) { patience = d }(patience)
	patience = time.Millisecond
	release := make(chan struct{})
	stuck(release)
	if Collect() {
		t.Error("a clean-up function is under way, and all was found")
	}
	close(release)
	patience = time.Minute
	if !Collect() {
		t.Error("it has returned, and Collect does not know")
	}
}

func TestAForgottenThingIsTheErrorOfTell(t *testing.T) {
	r, of := hold()
	defer r.Release()
	if Kept() || !Held() {
		t.Fatal("kept something, or no simulation runs")
	}
	pc := origin.Here(0)
	a, b := of(), of()
	Found(b, func() error { return &Forgotten{What: "a sender", PC: pc} })
	Found(a, func() error { return nil })
	if !Kept() {
		t.Fatal("nothing kept")
	}
	err := r.Tell()
	f, ok := errors.AsType[*Forgotten](err)
	if !ok || f.PC != pc {
		t.Fatalf("Tell() = %v", err)
	}
	if text := err.Error(); !strings.HasPrefix(text, "a sender; it was made at collect_test.go:") ||
		!strings.Contains(text, "TestAForgottenThingIsTheErrorOfTell") {
		t.Error(text)
	}
	if Kept() || r.Tell() != nil {
		t.Error("reported twice")
	}
	if (&Forgotten{What: "one"}).Error() != "one" {
		t.Error("a place is named that is not known")
	}
}
