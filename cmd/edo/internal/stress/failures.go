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

// errPlanned is the error of tasks that fail on purpose.
var errPlanned = errors.New("planned failure")

// failures counts the failures that were planned. Each must be reported exactly once:
// to the task that joins, or by the runtime at its end.
type failures struct {
	planned, joined atomic.Int64
}

// misbehave makes its caller fail, in one of three ways: it returns an error, panics, or
// calls runtime.Goexit.
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

// isPlanned reports whether err is a failure that was planned, and nothing else.
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

// removePlanned returns err, the error of a handle; when it was planned it counts it as
// joined, and returns nil.
func (f *failures) removePlanned(err error) error {
	if isPlanned(err) {
		f.joined.Add(1)
		return nil
	}
	return err
}

// settle compares the error of the runtime with the failures that were not joined.
func (f *failures) settle(l *ledger, err error) {
	var reported int64
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, e := range all {
		var more int64
		switch {
		case e == nil:
		case isPlanned(e):
			reported++
		case e == edo.ErrCancelled && isPlanned(err): // one task alone failed, and was aborted as well
		default:
			if _, err := fmt.Sscanf(e.Error(), "edo: and %d more tasks failed", &more); err != nil {
				l.fault("the runtime returned: %v", e)
			}
			reported += more
		}
	}
	if want := f.planned.Load() - f.joined.Load(); reported != want {
		l.fault("the runtime reported %d failures instead of %d (%d were planned, and %d of these joined)",
			reported, want, f.planned.Load(), f.joined.Load())
	}
}
