//go:build unix

package demo

import (
	"fmt"
	"syscall"
)

// allowDescriptors raises the limit of open descriptors when so many connections need more.
// The error says why it cannot.
func allowDescriptors(connections int) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return nil // opening them will show it
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

// tooFew returns an error that says what to do about a limit.
func tooFew(connections int, limit uint64) error {
	need := descriptorsFor(connections)
	err := fmt.Errorf("%d connections need %d descriptors, and the limit is %d: raise it with \"ulimit -n %d\"",
		connections, need, limit, need)
	if possible := (int64(limit) - spareDescriptors) / 2; possible > 0 {
		err = fmt.Errorf("%w, or use --connections %d", err, possible)
	}
	return err
}

// spareDescriptors is how many descriptors the process needs beside the connections.
const spareDescriptors = 50

// descriptorsFor returns how many descriptors so many connections need: both ends
// are in this process.
func descriptorsFor(connections int) uint64 { return 2*uint64(connections) + spareDescriptors }
