package stress

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/edo-go/edo/internal/coro"
)

// holdings are the resources that a round must give back: goroutines, except the coroutines
// that are kept for the next round under the race detector, and descriptors where the system
// can list them.
type holdings struct {
	goroutines  int
	descriptors map[string]string // by number, the file or socket
}

func holdingsNow() holdings {
	return holdings{runtime.NumGoroutine() - coro.Kept(), descriptors()}
}

// descriptors lists the open descriptors of the process, on systems that have
// /proc.
func descriptors() map[string]string {
	const dir = "/proc/self/fd"
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil
	}
	own := fmt.Sprint(f.Fd())
	all := map[string]string{}
	for _, n := range names {
		if n != own {
			all[n], _ = os.Readlink(dir + "/" + n)
		}
	}
	return all
}

// maxSettling is how long a goroutine may take to end: the scheduler of Go decides when it
// runs.
const maxSettling = 10 * time.Second

// missing waits until there are no more resources than before. After a time it returns the
// ones that were not given back.
func (before holdings) missing() (faults []string) {
	now := holdingsNow()
	for end := time.Now().Add(maxSettling); time.Now().Before(end); now = holdingsNow() {
		if now.goroutines <= before.goroutines && len(now.descriptors) <= len(before.descriptors) {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	if n := now.goroutines - before.goroutines; n > 0 {
		faults = append(faults, fmt.Sprintf("%d goroutines are left over; all there are:\n%s", n, stacks()))
	}
	var left []string
	for n, what := range now.descriptors {
		if before.descriptors[n] != what {
			left = append(left, n+" "+what)
		}
	}
	if len(now.descriptors) > len(before.descriptors) {
		faults = append(faults, "descriptors are left over: "+strings.Join(left, ", "))
	}
	return faults
}

// stacks returns the stacks of all goroutines.
func stacks() []byte {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) || len(buf) > 1<<28 {
			return buf[:n]
		}
		buf = make([]byte, 4*len(buf))
	}
}
