package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/edo-go/edo"
)

// errPlanned is what tasks fail with on purpose.
var errPlanned = errors.New("planned failure")

// failures counts the failures that were planned. Each must be told exactly once:
// to the task that joins, or by the runtime at its end.
type failures struct {
	planned, joined atomic.Int64
}

// misbehave ends the function that calls it as its result, in one of three bad
// ways: only the first returns.
func (f *failures) misbehave(rng *rand.Rand) error {
	f.planned.Add(1)
	switch rng.IntN(3) {
	case 0:
		return errPlanned
	case 1:
		panic(errPlanned)
	}
	runtime.Goexit()
	return nil
}

// isPlanned says whether err is a failure that was planned, and nothing else.
func isPlanned(err error) bool {
	if err == nil {
		return false
	}
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			if !isPlanned(e) && !errors.Is(e, edo.ErrCancelled) {
				return false
			}
		}
	}
	return errors.Is(err, errPlanned) || strings.Contains(err.Error(), "runtime.Goexit")
}

// taken removes a planned failure from err, which a handle has resolved to.
func (f *failures) taken(err error) error {
	if isPlanned(err) {
		f.joined.Add(1)
		return nil
	}
	return err
}

// settle compares what the runtime has returned with the failures that nobody has
// joined.
func (f *failures) settle(l *ledger, err error) {
	var told int64
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, e := range all {
		var more int64
		switch {
		case e == nil:
		case isPlanned(e):
			told++
		case e == edo.ErrCancelled && isPlanned(err): // one task alone failed, and was aborted as well
		default:
			if _, bad := fmt.Sscanf(e.Error(), "edo: and %d more tasks failed", &more); bad != nil {
				l.fault("the runtime returned: %v", e)
			}
			told += more
		}
	}
	if want := f.planned.Load() - f.joined.Load(); told != want {
		l.fault("the runtime told of %d failures instead of %d (%d were planned, and %d of these joined)",
			told, want, f.planned.Load(), f.joined.Load())
	}
}
