//go:build unix

package demo

import (
	"fmt"
	"syscall"
)

// allowDescriptors raises the limit of open descriptors to need, when it is lower,
// or says why it cannot.
func allowDescriptors(connections int) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return nil // it will turn out
	}
	need := descriptorsFor(connections)
	if uint64(l.Cur) >= need {
		return nil
	}
	if uint64(l.Max) >= need {
		l.Cur = l.Max
		if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l) == nil {
			return nil
		}
	}
	return tooFew(connections, uint64(l.Cur))
}

// tooFew says what can be done about a limit.
func tooFew(connections int, limit uint64) error {
	need := descriptorsFor(connections)
	err := fmt.Errorf("%d connections need %d descriptors, and the limit is %d: raise it with \"ulimit -n %d\"",
		connections, need, limit, need)
	if possible := (int64(limit) - spareDescriptors) / 2; possible > 0 {
		err = fmt.Errorf("%w, or use --connections %d", err, possible)
	}
	return err
}

// spareDescriptors is what the process needs beside the connections.
const spareDescriptors = 50

// descriptorsFor returns how many descriptors so many connections need: both ends
// are here.
func descriptorsFor(connections int) uint64 { return 2*uint64(connections) + spareDescriptors }
